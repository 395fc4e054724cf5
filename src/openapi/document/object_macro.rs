//! The macro that makes a struct readable from the members of a JSON object.

/// Implements `Sink` for a struct that is read from an object: what errors call it, the names of its members, and the field that
/// takes the value of each; and the field, if there is one, for the names of its extensions. `null` says nothing, but in the members of the second list; those of the third must be there. No other
/// member is read; one that would say who may call is an error.
macro_rules! object {
    (
        $type:ty, $expecting:literal,
        { $($key:literal => $field:ident;)* }
        strict { $($strict_key:literal => $strict_field:ident;)* }
        required { $($required:literal)* }
        $(extensions $extensions:ident)?
    ) => {
        impl $crate::json::Sink for $type {
            fn expecting(&self) -> &'static str {
                $expecting
            }

            fn may_be_null(&self) -> bool {
                true
            }

            fn open(&mut self, collection: $crate::json::Collection) -> bool {
                collection == $crate::json::Collection::Object
            }

            fn required(&self) -> &'static [&'static str] {
                &[$($required,)*]
            }

            fn entry(
                &mut self,
                key: &str,
                value: &mut dyn $crate::json::Source,
            ) -> Result<(), $crate::json::Stop> {
                match key {
                    $($key => value.read(&mut $crate::json::OrNull::new(&mut self.$field)).map(drop),)*
                    $($strict_key => value.read(&mut self.$strict_field).map(drop),)*
                    _ => {
                        $($crate::openapi::document::unknown::meet(&mut self.$extensions, key);)?
                        $crate::openapi::document::unknown::skip(key, value)
                    }
                }
            }
        }
    };
}
pub(super) use object;
