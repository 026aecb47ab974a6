//! What a client sees of an integration.

use contract::native::integrations::IntegrationView;
use domain::integration::Integration;
use store::Stored;

/// What a client sees of a stored integration.
pub(crate) fn view(Stored { entity, derived }: Stored<Integration>) -> IntegrationView {
    IntegrationView::of(entity, derived.flows, derived.routes)
}
