//! Groups: users with common roles.

use super::Match;

resource! {
    /// A group: users that have roles in common.
    Group { member: "group", members: "groups", manager: "groups", key: id }
    fields {
        /// The id.
        id: String,
        /// The name, unique within the domain.
        name: String [Create Update],
        /// The domain that owns the group.
        domain_id: Option<String> [Create] as domain,
        /// The description.
        description: Option<String> [Create Update],
        /// When the user whose groups were asked for leaves it, for one who was put into it by an identity provider.
        membership_expires_at: Option<String>,
    }
    operations {
        /// Lists groups: all, or those that a user is in.
        List: list() GET "groups" | "users/{user}/groups" [paged()] => many(Group) {
            /// Only those with this user as a member.
            user: String,
            /// Only those of this domain.
            domain as "domain_id": String,
            /// Only those with this name.
            name: Match,
            /// Sorted by this field.
            sort_key: String,
            /// Which way: `asc` or `desc`.
            sort_dir: String,
        }
        /// Gets a group.
        Get: get(group: String) GET "groups/{group}" => one(Group) {}
        /// Creates a group.
        Create: create(name: String) POST "groups" [create("group")] => one(Group) {}
        /// Changes a group.
        Update: update(group: String) PATCH "groups/{group}" [update("group")] => one(Group) {}
        /// Deletes a group.
        Delete: delete(group: String) DELETE "groups/{group}" => nothing {}
    }
}
