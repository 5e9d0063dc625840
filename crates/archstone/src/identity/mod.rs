//! Keystone's own resources, as far as a client needs them to know itself: the user, the project,
//! and the projects it could act in.

mod project;
mod user;

pub use project::Project;
pub use user::User;
