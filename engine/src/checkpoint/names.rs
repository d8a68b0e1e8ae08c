//! Tensors' names without what a training script has put around them.

use std::collections::BTreeMap;

/// What wrappers of modules are called in the names of the tensors inside: data-parallel training, `torch.compile`, sharded
/// training, and recomputed activations. They may stand anywhere in a name.
const WRAPPERS: [&str; 4] = ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];

/// The names under which classes hold a whole model: trainers' own modules and models with a value head.
const HOLDERS: [&str; 3] = ["model", "pretrained_model", "base_model"];

/// Names of heads that score a text, as reinforcement learning from feedback trains them beside the model.
const VALUE_HEADS: [&str; 2] = ["v_head", "value_head"];

/// Tensors by name.
type Named<T> = Vec<(String, T)>;

/// The tensors under CodeGen's own names, and a sentence for everything that was left out.
///
/// # Errors
/// If two tensors would have the same name.
pub(super) fn plain<T>(tensors: Named<T>) -> Result<(Named<T>, Vec<String>), String> {
    let mut kept: BTreeMap<String, (String, T)> = BTreeMap::new();
    let (mut renamed, mut scoring) = (None, None);
    for (name, tensor) in tensors {
        let short = shortened(&name);
        if VALUE_HEADS.iter().any(|head| short.split('.').next() == Some(head)) {
            scoring.get_or_insert(name);
            continue;
        }
        if short != name && renamed.is_none() {
            renamed = Some((name.clone(), short.clone()));
        }
        if let Some((other, _)) = kept.get(&short) {
            return Err(format!("has the tensors {other} and {name}, which both would be {short}"));
        }
        kept.insert(short, (name, tensor));
    }
    let renamed = renamed.map(|(from, to)| {
        format!("the tensors' names hold what the training put around the model: {from} was read as {to}, and the others likewise")
    });
    let scoring = scoring
        .map(|name| format!("the value head ({name}) was left out: it scores texts and has no part in writing them"));
    let kept = kept.into_iter().map(|(name, (_, tensor))| (name, tensor)).collect();
    Ok((kept, renamed.into_iter().chain(scoring).collect()))
}

/// A name without wrappers, and without what holds the model.
fn shortened(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').filter(|part| !WRAPPERS.contains(part)).collect();
    let held = parts.iter().take_while(|part| HOLDERS.contains(part)).count();
    parts[held..].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str]) -> Result<(Vec<String>, Vec<String>), String> {
        let (tensors, notes) = plain(names.iter().map(|name| ((*name).to_owned(), ())).collect())?;
        Ok((tensors.into_iter().map(|(name, ())| name).collect(), notes))
    }

    #[test]
    fn wrappers_are_taken_off_wherever_they_stand() {
        const PLAIN: &str = "transformer.h.0.attn.qkv_proj.weight";
        for prefix in
            ["module.", "_orig_mod.", "model.", "module._orig_mod.", "_orig_mod.module.model.", "model.module."]
        {
            let (names, notes) = read(&[&format!("{prefix}{PLAIN}")]).unwrap();
            assert_eq!(names, [PLAIN], "{prefix}");
            assert!(notes.len() == 1 && notes[0].contains(prefix), "{notes:?}");
        }
        let inside =
            ["transformer.h._orig_mod.0.attn.qkv_proj.weight", "transformer.h.0._fsdp_wrapped_module.ln_1.bias"];
        assert_eq!(read(&inside).unwrap().0, [PLAIN, "transformer.h.0.ln_1.bias"]);
        assert_eq!(read(&[PLAIN, "lm_head.bias"]).unwrap(), (vec!["lm_head.bias".into(), PLAIN.into()], Vec::new()));
    }

    #[test]
    fn a_value_head_is_left_out_with_a_note() {
        let (names, notes) = read(&["v_head.summary.weight", "v_head.summary.bias", "lm_head.bias"]).unwrap();
        assert_eq!(names, ["lm_head.bias"]);
        assert!(notes.len() == 1 && notes[0].contains("v_head.summary."), "{notes:?}");
        let (names, notes) = read(&["module.pretrained_model.lm_head.bias", "module.v_head.summary.bias"]).unwrap();
        assert_eq!((names.len(), notes.len()), (1, 2));
    }

    #[test]
    fn two_tensors_of_one_name_are_refused() {
        let problem = read(&["lm_head.bias", "module.lm_head.bias"]).unwrap_err();
        assert!(problem.contains("lm_head.bias and module.lm_head.bias"), "{problem}");
    }
}
