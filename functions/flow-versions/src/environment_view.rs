//! What a client sees of a virtual environment: an environment without its variables.

use contract::flow_versions::environments::EnvironmentView;
use domain::environment::Environment;
use store::Stored;

/// What a client sees of a stored environment.
pub(crate) fn view(Stored { entity, derived }: &Stored<Environment>) -> EnvironmentView {
    EnvironmentView::of(entity, derived.deployments, derived.routes)
}
