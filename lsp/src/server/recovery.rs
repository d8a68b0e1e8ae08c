//! What is done when the engine's process has ended. Pure.
//!
//! It is started again as it was, twice. Then it is started with less: half of the layers on the GPU, none there, the built-in
//! model. What still ends then is not started again. Good service is forgiven: after enough requests, two new starts are free.

use codegen_engine::{EngineOptions, GpuLayers};

use crate::config::EngineConfig;

/// How often an engine is started again as it was.
const TRIES: u32 = 2;

/// Requests after which earlier ends count no more.
const ENOUGH: u32 = 50;

/// The name of the model that is in the program.
const BUILT_IN: &str = "builtin";

/// What is run instead of what the options say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reduced {
    /// Nothing: it is run as they say.
    #[default]
    No,
    /// The same model with so many layers on the GPU.
    Layers(u32),
    /// The built-in model, on the processor.
    BuiltIn,
}

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is started as it was.
    Again,
    /// It is started with less.
    Less(Reduced),
    /// It is not started.
    GiveUp,
}

/// How the engine has fared under the present options.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// How often it was started again as it was.
    tries: u32,
    /// Requests that it has served since it last ended.
    served: u32,
    reduced: Reduced,
    /// Whether it has ended, and does not run again yet.
    ended: bool,
    /// Layers on a GPU, if it was ever loaded.
    layers: Option<u32>,
}

impl Recovery {
    /// The model is loaded, with so many layers on a GPU.
    pub fn loaded(&mut self, layers: usize) {
        self.ended = false;
        self.layers = Some(u32::try_from(layers).unwrap_or(u32::MAX));
    }

    /// A request was served.
    pub fn served(&mut self) {
        self.served = self.served.saturating_add(1);
        if self.served >= ENOUGH {
            self.tries = 0;
        }
    }

    /// The process has ended that ran what `asked` says.
    pub fn died(&mut self, asked: &EngineConfig) -> Step {
        self.served = 0;
        self.ended = true;
        if self.tries < TRIES {
            self.tries += 1;
            return Step::Again;
        }
        match self.less(asked) {
            Some(reduced) => {
                self.reduced = reduced;
                Step::Less(reduced)
            }
            None => Step::GiveUp,
        }
    }

    fn less(&self, asked: &EngineConfig) -> Option<Reduced> {
        let layers = match (self.reduced, self.layers, asked.options.gpu_layers) {
            (Reduced::BuiltIn, ..) => return None,
            (Reduced::Layers(0), ..) | (_, Some(0), _) | (_, _, GpuLayers::Count(0)) => None,
            // Whether there is a GPU is known once it has been loaded.
            (Reduced::Layers(_), ..) | (_, None, _) => Some(0),
            (Reduced::No, Some(layers), _) => Some(layers / 2),
        };
        layers.map(Reduced::Layers).or((asked.model != BUILT_IN).then_some(Reduced::BuiltIn))
    }

    /// Whether the engine is started because its process has ended.
    #[must_use]
    pub fn starts_again(&self) -> bool {
        self.ended
    }

    /// The model that is run where the options say `asked`.
    #[must_use]
    pub fn model<'s>(&self, asked: &'s EngineConfig) -> &'s str {
        if self.reduced == Reduced::BuiltIn { BUILT_IN } else { &asked.model }
    }

    /// What is run instead of what the options say.
    #[must_use]
    pub fn reduced(&self) -> Reduced {
        self.reduced
    }

    /// What is run where the options say `asked`.
    #[must_use]
    pub fn over(&self, asked: &EngineConfig) -> EngineConfig {
        let mut config = asked.clone();
        match self.reduced {
            Reduced::No => {}
            Reduced::Layers(layers) => config.options.gpu_layers = GpuLayers::Count(layers),
            // An adapter and a context for the other model may not fit this one.
            Reduced::BuiltIn => {
                config.model = BUILT_IN.to_owned();
                config.options =
                    EngineOptions { lora: None, context: None, gpu_layers: GpuLayers::Count(0), ..config.options };
            }
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(model: &str, gpu_layers: GpuLayers) -> EngineConfig {
        let mut config = EngineConfig { model: model.to_owned(), ..EngineConfig::default() };
        config.options.gpu_layers = gpu_layers;
        config
    }

    /// The steps after so many ends in a row.
    fn steps(asked: &EngineConfig, layers: Option<usize>, count: usize) -> Vec<Step> {
        let mut recovery = Recovery::default();
        if let Some(layers) = layers {
            recovery.loaded(layers);
        }
        (0..count).map(|_| recovery.died(asked)).collect()
    }

    #[test]
    fn twice_as_it_was_and_then_with_less() {
        use Reduced::{BuiltIn, Layers};
        use Step::{Again, GiveUp, Less};
        let auto = GpuLayers::Auto;
        for (asked, layers, steps_after) in [
            (asked("m", auto), Some(0), vec![Less(BuiltIn), GiveUp, GiveUp]),
            (asked("m", auto), Some(21), vec![Less(Layers(10)), Less(Layers(0)), Less(BuiltIn), GiveUp]),
            (asked("m", GpuLayers::All), Some(1), vec![Less(Layers(0)), Less(BuiltIn), GiveUp]),
            // It has never been loaded.
            (asked("m", auto), None, vec![Less(Layers(0)), Less(BuiltIn), GiveUp]),
            (asked("m", GpuLayers::Count(0)), None, vec![Less(BuiltIn), GiveUp]),
            (asked(BUILT_IN, auto), Some(0), vec![GiveUp, GiveUp]),
            (asked(BUILT_IN, auto), Some(5), vec![Less(Layers(2)), Less(Layers(0)), GiveUp]),
        ] {
            let expected = [vec![Again, Again], steps_after].concat();
            assert_eq!(steps(&asked, layers, expected.len()), expected, "{asked:?} {layers:?}");
        }
    }

    #[test]
    fn good_service_is_forgiven() {
        let asked = asked("m", GpuLayers::Auto);
        for (served, step) in [(ENOUGH - 1, Step::Less(Reduced::BuiltIn)), (ENOUGH, Step::Again)] {
            let mut recovery = Recovery::default();
            recovery.loaded(0);
            recovery.died(&asked);
            recovery.died(&asked);
            (0..served).for_each(|_| recovery.served());
            assert_eq!(recovery.died(&asked), step, "{served}");
        }
        // What is run with less stays so.
        let mut recovery = Recovery::default();
        recovery.loaded(0);
        for _ in 0..3 {
            recovery.died(&asked);
        }
        (0..ENOUGH).for_each(|_| recovery.served());
        assert_eq!((recovery.died(&asked), recovery.reduced()), (Step::Again, Reduced::BuiltIn));
    }

    #[test]
    fn what_is_run_instead() {
        let mut asked = asked("m", GpuLayers::All);
        asked.options.lora = Some("a".into());
        asked.options.context = Some(4096);
        let with = |reduced| Recovery { reduced, ..Recovery::default() }.over(&asked);
        assert_eq!(with(Reduced::No), asked);
        let less = with(Reduced::Layers(3));
        assert_eq!((less.options.gpu_layers, less.options.lora), (GpuLayers::Count(3), Some("a".into())));
        let built_in = with(Reduced::BuiltIn);
        assert_eq!(built_in.model, BUILT_IN);
        let options = built_in.options;
        assert_eq!((options.gpu_layers, options.lora, options.context), (GpuLayers::Count(0), None, None));
    }
}
