//! The macro that makes a struct readable from the members of a JSON object.

/// Implements `Sink` for a struct that is read from an object: what errors call it, the names of its members (a required one is
/// repeated), and the field that takes the value of each.
macro_rules! object {
    ($type:ty, $expecting:literal, $($key:literal $(, $required:literal)? => $field:ident);+ $(;)?) => {
        impl $crate::json::Sink for $type {
            fn expecting(&self) -> &'static str {
                $expecting
            }

            fn open(&mut self, collection: $crate::json::Collection) -> bool {
                collection == $crate::json::Collection::Object
            }

            fn required(&self) -> &'static [&'static str] {
                &[$($($required,)?)*]
            }

            fn entry(
                &mut self,
                key: &str,
                value: &mut dyn $crate::json::Source,
            ) -> Result<(), $crate::json::Stop> {
                match key {
                    $($key => value.read(&mut self.$field).map(drop),)+
                    _ => Ok(()),
                }
            }
        }
    };
}
pub(super) use object;
