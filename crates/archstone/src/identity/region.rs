//! Regions: parts of the cloud.

resource! {
    /// A region: a part of the cloud.
    Region { member: "region", members: "regions", manager: "regions", key: id }
    fields {
        /// The id, which is also its name.
        id: String [Create],
        /// The description.
        description: Option<String> [Create Update],
        /// The region that it is a part of.
        parent_region_id: Option<String> [Create Update] as parent_region,
    }
    operations {
        /// Lists regions.
        List: list() GET "regions" => many(Region) {
            /// Only those that are parts of this region.
            parent_region as "parent_region_id": String,
        }
        /// Gets a region.
        Get: get(region: String) GET "regions/{region}" => one(Region) {}
        /// Creates a region; without an id, Keystone generates one.
        Create: create() POST "regions" [create("region")] => one(Region) {}
        /// Creates a region with an id.
        CreateWithId: create_with_id(region: String) PUT "regions/{region}" [create("region")] => one(Region) {}
        /// Changes a region.
        Update: update(region: String) PATCH "regions/{region}" [update("region")] => one(Region) {}
        /// Deletes a region.
        Delete: delete(region: String) DELETE "regions/{region}" => nothing {}
    }
}
