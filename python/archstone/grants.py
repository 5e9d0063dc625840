"""Effective role assignments: what `Client.effective_grants` returns.

>>> for grant in client.effective_grants(user="alice-id").effective:
...     print(grant.role_name, grant.place.name, [chain.granted_on.name for chain in grant.chains])
"""

from archstone._archstone import Chain, EffectiveGrant, Gap, Grants, Place, Unseen

__all__ = ["Chain", "EffectiveGrant", "Gap", "Grants", "Place", "Unseen"]
