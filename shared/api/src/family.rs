//! Families of routes.
//!
//! The routes below `/api/v1/` follow conventions that clients of theirs know from elsewhere: those of Laravel.

/// What every path of flow versions, their deployments and packages begins with.
const FLOW_VERSIONS: &str = "/api/v1/";

/// Conventions that routes have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Slipway's own, which connectors share.
    Native,
    /// Those of `/api/v1/`.
    FlowVersions,
}

impl Family {
    /// The family of a path, of a route or of a request.
    pub fn of(path: &str) -> Self {
        if path.starts_with(FLOW_VERSIONS) { Self::FlowVersions } else { Self::Native }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_its_family() {
        for (path, family) in [
            ("/api/v1/packages", Family::FlowVersions),
            ("/api/v1/flow-versions/{flow_version}/deployments", Family::FlowVersions),
            ("/api/v1", Family::Native),
            ("/api/flows", Family::Native),
            ("/acme/api/v1/flows", Family::Native),
            ("/connectors/search", Family::Native),
        ] {
            assert_eq!(Family::of(path), family, "{path}");
        }
    }
}
