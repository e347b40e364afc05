//! The environment as the last layer of the configuration.
//!
//! figment's own provider guesses types from the text, so that a password of digits becomes a number and loses its
//! zeroes. Here the default of a key says what type its text is, and a key that has no default is a slip worth naming.

use super::check::{Problem, Problems};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

/// What names of ours begin with.
const PREFIX: &str = "CORDBLOOD__";

/// The overrides found in an environment.
pub(super) struct Environment(Dict);

impl Environment {
    /// Reads `CORDBLOOD__SECTION__KEY` and `DATABASE_URL`; the former wins over the latter.
    pub fn read(defaults: &Figment, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Problems> {
        let (mut dict, mut problems) = (Dict::new(), Problems::default());
        let mut variables: Vec<_> = variables
            .into_iter()
            .filter_map(|(name, text)| {
                let path = match name.as_str() {
                    "DATABASE_URL" => "database.url".to_owned(),
                    _ => name.strip_prefix(PREFIX)?.to_lowercase().replace("__", "."),
                };
                Some((name, path, text))
            })
            .collect();
        variables.sort_by_key(|(name, ..)| name.starts_with(PREFIX));
        for (name, path, text) in variables {
            let value = match defaults.find_value(&path) {
                Err(_) | Ok(Value::Dict(..)) => Err(format!("there is no key {path}")),
                Ok(default) => typed(&default, &text),
            };
            match value {
                Ok(value) => put(&mut dict, &path, value),
                Err(fault) => problems.push(Problem::new(name, fault)),
            }
        }
        if problems.is_empty() { Ok(Self(dict)) } else { Err(problems) }
    }
}

/// `text` as a value of the default's type.
fn typed(default: &Value, text: &str) -> Result<Value, String> {
    match default {
        Value::Bool(..) => text.parse::<bool>().map(Value::from).map_err(|_| "expects true or false".into()),
        Value::Num(..) => text.parse::<u64>().map(Value::from).map_err(|_| "expects a whole number".into()),
        Value::Array(..) => Ok(text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(Value::from)
            .collect::<Vec<_>>()
            .into()),
        _ => Ok(Value::from(text)),
    }
}

/// Puts `value` at `section.key`, or at `key`.
fn put(dict: &mut Dict, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            dict.insert(path.to_owned(), value);
        }
        Some((section, key)) => {
            let section = dict.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = section {
                put(inner, key, value);
            }
        }
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::default().collect(self.0.clone()))
    }
}
