//! Schemas, as far as they have properties.

use std::ops::Range;

use super::names::{self, Dependency};
use crate::json::{self, Collection, Map, OrNull, Scalar, Sink, Source, Stop};
use crate::openapi::document::reference::OrReference;
use crate::openapi::document::words::{Texts, Words};

/// The schemas by name.
pub type Schemas = OrReference<Map<Schema>>;

/// A schema's own properties and the schemas that it is made of. JSON Schema allows `true` and `false` as well.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub references: Vec<String>,
    /// What the discriminator's `mapping` names that can only be a reference.
    pub meant: Vec<String>,
    /// What the discriminator's `mapping` names that can be a schema's name, with dots, as well as a file.
    pub mapped: Vec<String>,
    /// With those that it requires.
    pub properties: Vec<String>,
    pub parts: Vec<Schema>,
    /// The places of those of its parts that stand in `allOf`.
    all_of: Range<usize>,
    /// Whether it has a discriminator, by which every schema is meant that it is a part of.
    pub is_parent: bool,
}

#[derive(Clone, Debug, Default)]
struct Discriminator {
    property: Option<String>,
    mapping: Map<String>,
    /// Since OpenAPI 3.2.
    default_mapping: Option<String>,
}

impl Sink for Schema {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn may_be_null(&self) -> bool {
        true
    }

    /// JSON Schema's `true` and `false`: an object without entries.
    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        matches!(scalar, Scalar::Boolean(_))
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        match key {
            "$ref" | "$dynamicRef" | "$recursiveRef" => {
                let mut reference = None::<String>;
                value.read(&mut reference)?;
                self.references.extend(reference);
            }
            "properties" => drop(value.read(&mut OrNull::new(&mut Properties(self)))?),
            "anyOf" | "oneOf" => drop(value.read(&mut OrNull::new(&mut self.parts))?),
            "allOf" => {
                let start = self.parts.len();
                value.read(&mut OrNull::new(&mut self.parts))?;
                self.all_of = start..self.parts.len();
                let has_parent = self.bases().any(|part| part.is_parent);
                self.is_parent |= has_parent;
            }
            "required" => self.properties.extend(texts(value)?),
            "if" | "then" | "else" => {
                let mut part = Self::default();
                value.read(&mut OrNull::new(&mut part))?;
                self.parts.push(part);
            }
            "dependentSchemas" => {
                let mut parts: Map<Self> = Map::default();
                value.read(&mut OrNull::new(&mut parts))?;
                self.properties.extend(parts.keys().cloned());
                self.parts.extend(parts.values().cloned());
            }
            "dependencies" => {
                let mut parts: Map<Dependency<Self>> = Map::default();
                value.read(&mut OrNull::new(&mut parts))?;
                for (name, Dependency { needed, schema }) in parts.iter() {
                    self.properties.extend(std::iter::once(name).chain(needed).cloned());
                    self.parts.push(schema.clone());
                }
            }
            "dependentRequired" | "patternProperties" | "propertyNames" => {
                let mut other = json::Value::default();
                value.read(&mut other)?;
                self.properties.extend(names::of(key, &other));
            }
            "discriminator" => {
                let mut discriminator = Discriminator::default();
                let mut or_null = OrNull::new(&mut discriminator);
                value.read(&mut or_null)?;
                self.is_parent |= !or_null.is_null;
                self.properties.extend(discriminator.property);
                for name in discriminator.mapping.values().chain(&discriminator.default_mapping) {
                    self.map(name);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Schema {
    /// The schemas that stand in it, and that it is made of in any case.
    pub fn bases(&self) -> impl Iterator<Item = &Self> {
        self.parts.get(self.all_of.clone()).into_iter().flatten()
    }

    /// Takes what a discriminator's `mapping` names: a reference, or the name of a schema.
    fn map(&mut self, name: &str) {
        let are = |others: &[u8]| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte));
        if !name.is_empty() && are(b"-_") {
            self.meant.push(format!("#/components/schemas/{name}"));
        } else if are(b"-_.") {
            self.mapped.push(name.to_owned());
        } else {
            self.meant.push(name.to_owned());
        }
    }
}

/// The texts of a list.
fn texts(list: &mut dyn Source) -> Result<Vec<String>, Stop> {
    let mut texts = Texts::default();
    list.read(&mut texts)?;
    Ok(texts.texts)
}

/// The names of a schema's properties; their values are skipped.
struct Properties<'a>(&'a mut Schema);

impl Sink for Properties<'_> {
    fn expecting(&self) -> &'static str {
        "a map"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        if key == "$ref" {
            let mut kept = json::Value::default();
            value.read(&mut kept)?;
            // As the name of a property it would have a schema: the properties stand elsewhere.
            if let Some(reference) = kept.text() {
                self.0.references.push(reference.to_owned());
                return Ok(());
            }
        }
        self.0.properties.push(key.to_owned());
        Ok(())
    }
}

impl Sink for Discriminator {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    /// In Swagger 2.0 it is the name of a property.
    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        let Scalar::Text(name) = scalar else { return false };
        self.property = Some(name.to_owned());
        true
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        match key {
            "mapping" => value.read(&mut OrNull::new(&mut self.mapping)).map(drop),
            "propertyName" => {
                let mut name = Words::default();
                value.read(&mut name)?;
                self.property = name.0;
                Ok(())
            }
            "defaultMapping" => value.read(&mut OrNull::new(&mut self.default_mapping)).map(drop),
            _ => Ok(()),
        }
    }
}
