//! Lists of what has integration types: connectors, staged and published.

use api::ApiError;
use domain::connector::IntegrationType;

api::query! {
    /// The parameter of lists of whatever has integration types.
    pub struct OfTypes {
        /// Only those that integrate with this; may be repeated, and any of them will do.
        words as "integrationTypes": Vec<String>,
    }
}

impl OfTypes {
    /// The integration types.
    ///
    /// # Errors
    ///
    /// 400 when one of them is no integration type.
    pub fn types(&self) -> Result<Vec<IntegrationType>, ApiError> {
        let (mut types, mut problems) = (Vec::new(), Vec::new());
        for word in &self.words {
            match word.parse() {
                Ok(known) => types.push(known),
                Err(unknown) => problems.push(format!("Query parameter 'integrationTypes': {unknown}")),
            }
        }
        if problems.is_empty() { Ok(types) } else { Err(ApiError::invalid_query(problems)) }
    }
}

/// Whether what has the types `own` is left in by a list of those that have any of `wanted`; all are when none is.
pub fn has_any(own: &[IntegrationType], wanted: &[IntegrationType]) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| own.contains(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_of_the_types_will_do() {
        use IntegrationType::{Erp, Psp, Tax};
        assert!(has_any(&[Tax, Erp], &[]));
        assert!(has_any(&[Tax, Erp], &[Psp, Erp]));
        assert!(!has_any(&[Tax, Erp], &[Psp]));
        assert!(!has_any(&[], &[Psp]));
    }
}
