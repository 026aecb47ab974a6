//! Paths: what stands in their braces, declared as a type that the document publishes and the handler is given.
//!
//! ```
//! api::path! {
//!     /// A release of a flow.
//!     pub struct FlowRelease {
//!         /// The id of the flow, or `key=` and its key.
//!         pub id: store::Address,
//!         /// The id of the environment.
//!         pub environment: domain::ids::EnvironmentId,
//!     }
//! }
//! ```
//!
//! The fields are the names in the braces, in their order, without that of the project, which every call has. Nothing else
//! reads what a path names: outside of this crate it cannot be asked for by a name.
//!
//! ```compile_fail,E0624
//! fn id(values: &api::PathValues) -> &str {
//!     values.text("id")
//! }
//! ```

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use domain::ids::{ApiClientId, DeploymentId, EnvironmentId, FlowId, PackageDeploymentId, PackageId, RunId};
use domain::placement::Placement;
use domain::release::ReleaseId;
use store::Address;

pub use crate::braces::{PROJECT, PathKind, PathParam, PathValues};
use crate::error::ApiError;

/// The parameters of a path, as a type. [`path!`](crate::path!) makes one.
pub trait PathParams: Sized + Send {
    /// The parameters, in the order of the path.
    const PARAMS: &'static [PathParam];

    /// Reads them.
    ///
    /// # Errors
    ///
    /// 400, which names the first that is not what it must be.
    fn read(values: &PathValues) -> Result<Self, ApiError>;
}

/// A path with no parameters but the project's.
impl PathParams for () {
    const PARAMS: &'static [PathParam] = &[];

    fn read(_: &PathValues) -> Result<Self, ApiError> {
        Ok(())
    }
}

/// What a path can hold in its braces.
pub trait PathValue: Sized + Send {
    /// How it is described.
    const KIND: PathKind;

    /// Reads the text that stands in the braces of this name.
    ///
    /// # Errors
    ///
    /// 400, which says what it must be.
    fn read(name: &'static str, text: &str) -> Result<Self, ApiError>;
}

/// Reads a value by its [`FromStr`], for [`PathValue::read`].
pub fn parsed<T: FromStr<Err: Display>>(name: &'static str, text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|error: T::Err| ApiError::invalid_path(name, error))
}

macro_rules! values {
    ($($value:ty: $kind:ident),+ $(,)?) => {$(
        impl PathValue for $value {
            const KIND: PathKind = PathKind::$kind;

            fn read(name: &'static str, text: &str) -> Result<Self, ApiError> {
                parsed(name, text)
            }
        }
    )+};
}

values! {
    Address: Reference,
    ApiClientId: Id,
    DeploymentId: Id,
    EnvironmentId: Id,
    FlowId: Id,
    PackageDeploymentId: Id,
    PackageId: Id,
    Placement: Id,
    ReleaseId: Text,
    RunId: Id,
    String: Text,
}

/// A value that is only refused once it is needed, after what another one names was found not to exist.
#[derive(Debug, Clone)]
pub struct Later<T> {
    name: &'static str,
    text: String,
    value: PhantomData<T>,
}

impl<T: PathValue> Later<T> {
    /// The value.
    ///
    /// # Errors
    ///
    /// 400 when it is not what it must be.
    pub fn get(&self) -> Result<T, ApiError> {
        T::read(self.name, &self.text)
    }
}

impl<T: PathValue> PathValue for Later<T> {
    const KIND: PathKind = T::KIND;

    fn read(name: &'static str, text: &str) -> Result<Self, ApiError> {
        Ok(Self { name, text: text.to_owned(), value: PhantomData })
    }
}

/// The path of most entities: `{id}` at its end, or before an operation on it.
#[derive(Debug, Clone)]
pub struct ById<T = Address> {
    /// What it names the entity by.
    pub id: T,
}

impl<T: PathValue> PathParams for ById<T> {
    const PARAMS: &'static [PathParam] = &[PathParam {
        name: "id",
        description: match T::KIND {
            PathKind::Reference => "The id, or `key=` and the key",
            _ => "The id",
        },
        kind: T::KIND,
    }];

    fn read(values: &PathValues) -> Result<Self, ApiError> {
        Ok(Self { id: T::read("id", values.text("id"))? })
    }
}

/// Reads one field of a type that [`path!`](crate::path!) made.
#[doc(hidden)]
pub fn field<T: PathValue>(values: &PathValues, name: &'static str) -> Result<T, ApiError> {
    T::read(name, values.text(name))
}

/// The text of a doc comment as a description: without the space at its beginning and the full stop at its end.
#[doc(hidden)]
pub const fn description(doc: &'static str) -> &'static str {
    match doc.trim_ascii().as_bytes() {
        [text @ .., b'.'] => match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => doc,
        },
        _ => doc.trim_ascii(),
    }
}

/// Declares the parameters of a path as a type: see [`path`](crate::path).
#[macro_export]
macro_rules! path {
    (
        $(#[$about:meta])*
        $visibility:vis struct $name:ident {
            $($(#[doc = $doc:literal])+ $field_visibility:vis $field:ident: $kind:ty),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone)]
        $visibility struct $name {
            $($(#[doc = $doc])+ $field_visibility $field: $kind,)+
        }

        impl $crate::path::PathParams for $name {
            const PARAMS: &'static [$crate::path::PathParam] = &[$($crate::path::PathParam {
                name: stringify!($field),
                description: $crate::path::description(concat!($($doc),+)),
                kind: <$kind as $crate::path::PathValue>::KIND,
            }),+];

            fn read(values: &$crate::path::PathValues) -> Result<Self, $crate::ApiError> {
                Ok(Self { $($field: $crate::path::field(values, stringify!($field))?,)+ })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

    crate::path! {
        /// A deployment of a flow version.
        struct Deployed {
            /// The flow version.
            flow_version: Later<ReleaseId>,
            /// The deployment,
            /// by its id
            deployment: DeploymentId,
        }
    }

    fn values(flow_version: &str, deployment: &str) -> PathValues {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        [("flow_version", flow_version), ("deployment", deployment)].map(owned).into_iter().collect()
    }

    #[test]
    fn a_field_is_a_parameter_and_its_comment_the_description() {
        let declared = Deployed::PARAMS.iter().map(|param| (param.name, param.description, param.kind));
        assert_eq!(
            declared.collect::<Vec<_>>(),
            [
                ("flow_version", "The flow version", PathKind::Text),
                ("deployment", "The deployment, by its id", PathKind::Id),
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_named_and_what_can_wait_waits() {
        let version = format!("{ID}.7");
        let read = Deployed::read(&values(&version, ID)).unwrap();
        assert_eq!((read.deployment, read.flow_version.get().unwrap().number), (ID.parse().unwrap(), 7));
        let refused = Deployed::read(&values("x", "y")).unwrap_err();
        assert!(
            refused.errors[0].message.starts_with("Path parameter 'deployment' 'y' is not"),
            "{refused:?}"
        );
        let later = Deployed::read(&values("x", ID)).unwrap().flow_version.get().unwrap_err();
        assert!(later.errors[0].message.starts_with("Path parameter 'flow_version' "), "{later:?}");
    }

    #[test]
    fn an_entity_is_named_by_its_id_and_where_it_may_be_by_its_key() {
        let named = |id: &str| PathValues::from_iter([("id".to_owned(), id.to_owned())]);
        assert_eq!(ById::<Address>::read(&named(ID)).unwrap().id, Address::Id(ID.parse().unwrap()));
        assert!(ById::<Address>::read(&named("key=demo")).is_ok());
        assert!(ById::<PackageId>::read(&named("key=demo")).is_err());
        assert!(ById::<PackageId>::read(&PathValues::default()).is_err());
    }
}
