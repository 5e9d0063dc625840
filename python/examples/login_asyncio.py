"""Ask for several endpoints at once. All tasks share one login. Credentials come from the environment."""

import asyncio

from archstone import AsyncClient


async def main() -> None:
    """Print the URLs of some services."""
    services = ["compute", "image", "network", "block-storage"]
    async with AsyncClient.from_env() as client:
        urls = await asyncio.gather(*(client.url_for(service) for service in services))
        for service, url in zip(services, urls, strict=True):
            print(f"{service:15}{url}")
        print(f"requests sent: {len(client.timings)}")


asyncio.run(main())
