//! Query parameters as types: what a field may be, and the macro that declares them.

use crate::param::{Param, ParamKind};

use super::Query;

/// The query parameters of an endpoint, as a type. [`query!`](crate::query!) makes one.
pub trait QueryParams: Sized + Send {
    /// The parameters, in the order in which they are published.
    const PARAMS: &'static [Param];

    /// Reads them from a query that was checked against them.
    fn read(query: &Query) -> Self;
}

/// No query parameters.
impl QueryParams for () {
    const PARAMS: &'static [Param] = &[];

    fn read(_: &Query) -> Self {}
}

/// What a field of [`query!`](crate::query!) can be: a parameter, or several that belong together.
pub trait QueryField: Sized + Send {
    /// What it is in the query.
    const KIND: FieldKind;

    /// Reads it. What does not fit was refused before.
    fn of(values: Values<'_>) -> Self;
}

/// What a field is in the query.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// A parameter of the field's name.
    One(ParamKind),
    /// Parameters that have names of their own.
    Several(&'static [Param]),
}

/// What the query gives to a field.
#[derive(Debug, Clone, Copy)]
pub struct Values<'q> {
    pub(crate) query: &'q Query,
    name: &'static str,
}

impl<'q> Values<'q> {
    /// Name of the parameter.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Every value of the parameter.
    pub fn all(self) -> impl Iterator<Item = &'q str> {
        self.query.all(self.name)
    }

    /// The value of a parameter that is given once, if it is given.
    pub fn first(self) -> Option<&'q str> {
        self.all().next()
    }
}

/// A parameter that is given once: `Option` of it is a field.
pub trait QueryValue: Sized + Send {
    /// What it may be.
    const KIND: ParamKind;

    /// Reads the text of the parameter of this name. `None` where the text counts as absent.
    fn read(name: &'static str, text: &str) -> Option<Self>;
}

impl<T: QueryValue> QueryField for Option<T> {
    const KIND: FieldKind = FieldKind::One(T::KIND);

    fn of(values: Values<'_>) -> Self {
        values.first().and_then(|text| T::read(values.name, text))
    }
}

/// Parameters that have names of their own, wherever they are taken.
impl<T: QueryParams> QueryField for T {
    const KIND: FieldKind = FieldKind::Several(T::PARAMS);

    fn of(values: Values<'_>) -> Self {
        T::read(values.query)
    }
}

/// The texts of a parameter that may be repeated.
impl QueryField for Vec<String> {
    const KIND: FieldKind = FieldKind::One(ParamKind::Repeated);

    fn of(values: Values<'_>) -> Self {
        values.all().map(str::to_owned).collect()
    }
}

/// A field as it was declared.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub description: &'static str,
    pub kind: FieldKind,
}

/// Number of parameters that fields declare.
#[doc(hidden)]
pub const fn count(mut fields: &[Field]) -> usize {
    let mut count = 0;
    while let [field, rest @ ..] = fields {
        count += match field.kind {
            FieldKind::One(_) => 1,
            FieldKind::Several(params) => params.len(),
        };
        fields = rest;
    }
    count
}

/// The parameters that fields declare, which are [`count`].
#[doc(hidden)]
pub const fn params<const N: usize>(mut fields: &[Field]) -> [Param; N] {
    let mut all = [Param { name: "", description: "", kind: ParamKind::Text }; N];
    let mut place = 0;
    while let [field, rest @ ..] = fields {
        let one = [Param { name: field.name, description: field.description, kind: ParamKind::Text }];
        let (mut own, kind): (&[Param], _) = match field.kind {
            FieldKind::One(kind) => (&one, Some(kind)),
            FieldKind::Several(params) => (params, None),
        };
        while let [param, others @ ..] = own {
            if let (_, [slot, ..]) = all.split_at_mut(place) {
                *slot = match kind {
                    Some(kind) => Param { name: param.name, description: param.description, kind },
                    None => *param,
                };
            }
            place += 1;
            own = others;
        }
        fields = rest;
    }
    all
}

/// Reads one field of a type that [`query!`](crate::query!) made.
#[doc(hidden)]
pub fn field<T: QueryField>(query: &Query, name: &'static str) -> T {
    T::of(Values { query, name })
}

/// Declares the query parameters of an endpoint as a type: see [`query`](crate::query).
#[macro_export]
macro_rules! query {
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:tt) => { $name };
    (
        $(#[$about:meta])*
        $visibility:vis struct $type:ident {
            $($(#[doc = $doc:literal])+ $field_visibility:vis $field:ident $(as $name:tt)?: $kind:ty),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone)]
        $visibility struct $type {
            $($(#[doc = $doc])+ $field_visibility $field: $kind,)+
        }

        impl $crate::query::QueryParams for $type {
            const PARAMS: &'static [$crate::operation::Param] = {
                const FIELDS: &[$crate::query::Field] = &[$($crate::query::Field {
                    name: $crate::query!(@name $field $($name)?),
                    description: $crate::path::description(concat!($($doc),+)),
                    kind: <$kind as $crate::query::QueryField>::KIND,
                }),+];
                const PARAMS: [$crate::operation::Param; $crate::query::count(FIELDS)] =
                    $crate::query::params(FIELDS);
                &PARAMS
            };

            fn read(query: &$crate::query::Query) -> Self {
                Self { $($field: $crate::query::field(query, $crate::query!(@name $field $($name)?)),)+ }
            }
        }
    };
}
