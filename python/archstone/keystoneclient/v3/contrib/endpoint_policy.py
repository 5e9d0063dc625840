"""Policies of endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archstone.keystoneclient.base import Manager
from archstone.keystoneclient.v3.endpoints import Endpoint
from archstone.keystoneclient.v3.policies import Policy

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class EndpointPolicyManager(Manager[Policy]):
    """Associates policies with endpoints."""

    resource_class = Policy
    _name = "endpoint_policy"

    def create_policy_association_for_endpoint(self, policy: Reference, endpoint: Reference) -> None:
        """Associate an endpoint with a policy."""
        return self._do("create_policy_association_for_endpoint", policy=policy, endpoint=endpoint)

    def check_policy_association_for_endpoint(self, policy: Reference, endpoint: Reference) -> bool:
        """Return True if an endpoint follows a policy.

        Raises:
            NotFound: it does not.

        """
        return self._check("check_policy_association_for_endpoint", policy=policy, endpoint=endpoint)

    def delete_policy_association_for_endpoint(self, policy: Reference, endpoint: Reference) -> None:
        """Dissociate an endpoint from a policy."""
        return self._do("delete_policy_association_for_endpoint", policy=policy, endpoint=endpoint)

    def create_policy_association_for_service(self, policy: Reference, service: Reference) -> None:
        """Associate the endpoints of a service with a policy."""
        return self._do("create_policy_association_for_service", policy=policy, service=service)

    def check_policy_association_for_service(self, policy: Reference, service: Reference) -> bool:
        """Return True if the endpoints of a service follow a policy.

        Raises:
            NotFound: they do not.

        """
        return self._check("check_policy_association_for_service", policy=policy, service=service)

    def delete_policy_association_for_service(self, policy: Reference, service: Reference) -> None:
        """Dissociate the endpoints of a service from a policy."""
        return self._do("delete_policy_association_for_service", policy=policy, service=service)

    def create_policy_association_for_region_and_service(
        self, policy: Reference, region: Reference, service: Reference
    ) -> None:
        """Associate the endpoints of a service in a region with a policy."""
        return self._do(
            "create_policy_association_for_region_and_service", policy=policy, region=region, service=service
        )

    def check_policy_association_for_region_and_service(
        self, policy: Reference, region: Reference, service: Reference
    ) -> bool:
        """Return True if the endpoints of a service in a region follow a policy.

        Raises:
            NotFound: they do not.

        """
        return self._check(
            "check_policy_association_for_region_and_service", policy=policy, region=region, service=service
        )

    def delete_policy_association_for_region_and_service(
        self, policy: Reference, region: Reference, service: Reference
    ) -> None:
        """Dissociate the endpoints of a service in a region from a policy."""
        return self._do(
            "delete_policy_association_for_region_and_service", policy=policy, region=region, service=service
        )

    def get_policy_for_endpoint(self, endpoint: Reference) -> Policy:
        """Get the policy that an endpoint follows."""
        return self._get("get_policy_for_endpoint", endpoint=endpoint)

    def list_endpoints_for_policy(self, policy: Reference) -> builtins.list[Endpoint]:
        """List the endpoints that follow a policy."""
        return self._list_of(Endpoint, "list_endpoints_for_policy", policy=policy)
