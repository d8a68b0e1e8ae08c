//! From a value in settings to one of the configuration, and what declarations of options are written with.

use std::time::Duration;

use codegen_engine::GpuLayers;
use serde_json::{Value, json};

use crate::config::form::{Form, whole};
use crate::config::option::{Narrowing, Scope};
use crate::config::{Config, IdleUnload};

/// What the server decides.
pub(super) const AUTO: &str = "auto";

pub(super) const fn word(word: &'static str, means: &'static str) -> Form {
    Form::Word { word, means }
}

pub(super) const fn count(noun: &'static str, least: usize, most: usize) -> Form {
    Form::Whole { noun, least, most }
}

pub(super) const fn narrow(to: &'static str, holds: fn(&Config, &Config) -> bool) -> Scope {
    Scope::WorkspaceMayNarrow(Narrowing { to, holds })
}

pub(super) fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    value.as_array().map(|list| list.iter().filter_map(text).collect()).unwrap_or_default()
}

pub(super) fn number(value: &Value) -> Option<f32> {
    value.as_f64().map(|number| number as f32)
}

/// A number as people write it: 0.8, and not 0.800000011920929.
pub(super) fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}

pub(super) fn gpu_layers(value: &Value) -> Option<GpuLayers> {
    match value.as_str() {
        Some("all") => Some(GpuLayers::All),
        Some(_) => Some(GpuLayers::Auto),
        None => whole(value).and_then(|layers| u32::try_from(layers).ok()).map(GpuLayers::Count),
    }
}

pub(super) fn idle_unload(value: &Value) -> IdleUnload {
    whole(value).map_or(IdleUnload::Auto, |seconds| IdleUnload::After(Duration::from_secs(seconds as u64)))
}

pub(super) fn idle_unload_value(option: IdleUnload) -> Value {
    match option {
        IdleUnload::Auto => json!(AUTO),
        IdleUnload::After(time) => json!(time.as_secs()),
    }
}

pub(super) fn named<T: Copy>(value: &Value, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|one| value == name(*one))
}
