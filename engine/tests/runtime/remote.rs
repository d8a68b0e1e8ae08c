//! The engine behind a border: over pipes, with a host on a thread of this process, so that every step is under control. What
//! becomes of real processes is tested with the server (`lsp/tests/wire/process/engine.rs`).

use std::io::{PipeWriter, Write};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use codegen_core::{
    Beginning, Candidate, Candidates, EngineError, Event, FinishReason, Overflow, Prompt, Request, Sampling,
};
use codegen_engine::model::Infill;
use codegen_engine::runtime::backend::scripted::Script;
use codegen_engine::{Engine, EngineOptions, Progress, remote};

use crate::support::{candidates, complete, events, gated, keyed, lettered, letters, request};

/// An engine behind a border, and what tells that its host has ended, with whether that was in order.
fn beyond(load: impl FnOnce() -> Result<Engine, EngineError> + Send + 'static) -> (Engine, Receiver<bool>) {
    let (engine, ended) = connect(load, |output| output);
    (engine.unwrap(), ended)
}

fn connect<W: Write + Send + 'static>(
    load: impl FnOnce() -> Result<Engine, EngineError> + Send + 'static,
    through: impl FnOnce(PipeWriter) -> W,
) -> (Result<Engine, EngineError>, Receiver<bool>) {
    let (their_input, our_output) = std::io::pipe().unwrap();
    let (our_input, their_output) = std::io::pipe().unwrap();
    let their_output = through(their_output);
    let (end, ended) = channel();
    std::thread::spawn(move || end.send(remote::serve(their_input, their_output, |_, _| load()).is_ok()));
    (remote::connect(our_input, our_output, &EngineOptions::new("m".into()), Progress::default()), ended)
}

/// The same script, in this process and behind a border.
fn both(script: impl Fn() -> Script) -> [Engine; 2] {
    let there = script();
    [script().engine(), beyond(move || Ok(there.engine())).0]
}

/// All events, without the times.
fn timeless(events: Vec<Event>) -> Vec<Event> {
    let timeless = |event| match event {
        Event::Done(mut done) => {
            (done.prefill, done.decode) = Default::default();
            Event::Done(done)
        }
        event => event,
    };
    events.into_iter().map(timeless).collect()
}

/// Requests of every kind, made anew for each engine.
fn requests() -> Vec<Request> {
    let stop = |text: &str| (text.len() >= 4).then_some(3);
    let sampling = Sampling { temperature: 0.9, top_k: 0, top_p: 0.95, seed: 7 };
    vec![
        request("a prompt", 9),
        Request { stop: Some(Box::new(stop)), ..request("a prompt", 30) },
        // The rule and the limit end it with the same token.
        Request { stop: Some(Box::new(stop)), ..request("a prompt", 4) },
        Request { sampling, ..request("another one", 20) },
        Request { begin: Beginning::one_of("x", ["xyz"]), ..request("it begins", 8) },
        Request { score_from: Some(2), ..request("scored", 3) },
        Request { score_from: Some(0), ..request("only scored", 0) },
        request("nothing", 0),
        request(&"long ".repeat(600), 5),
        Request { overflow: Overflow::Refuse, ..request(&"long ".repeat(600), 5) },
        Request { prompt: Prompt::Tokens(vec![100, 9999]), ..request("", 5) },
        Request { sampling: Sampling { temperature: f32::NAN, ..sampling }, ..request("x", 3) },
        Request { fresh: true, ..request("a prompt", 9) },
    ]
}

/// Any letter may follow, and those are likely that depend on all before.
fn hesitant() -> Script {
    Script::weighing(|tokens| {
        let sum = tokens.iter().sum::<i32>();
        (0..26).map(|letter| (97 + letter, 3.0 + ((sum + letter * 7) % 11) as f32 / 3.0)).collect()
    })
}

#[test]
fn results_are_those_of_an_engine_in_the_same_process() {
    for script in [lettered as fn() -> Script, hesitant] {
        let [here, there] = both(script);
        for (index, (own, other)) in requests().into_iter().zip(requests()).enumerate() {
            let own = timeless(events(here.submit(own)));
            let other = timeless(events(there.submit(other)));
            assert_eq!(own, other, "request {index}");
        }
        let several = || {
            let each = (0..3).map(|seed| Candidate {
                sampling: Sampling { temperature: 1.0, top_k: 5, top_p: 1.0, seed },
                begin: None,
                stop: Some(Box::new(move |text: &str| (text.len() as u64 > 4 + seed).then_some(4))),
            });
            Candidates::new(Prompt::Text("several".into()), 12, each.collect())
        };
        let [own, other] = [&here, &there].map(|engine| {
            engine.submit_candidates(several()).into_iter().map(|one| timeless(events(one))).collect::<Vec<_>>()
        });
        assert_eq!(own, other);
        assert_eq!(here.counters().finished_requests, there.counters().finished_requests);
        assert_eq!(there.info(), here.info());
    }
}

#[test]
fn the_real_model_says_the_same_to_the_bit() {
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    let options = EngineOptions { threads: Some(1), slots: Some(1), ..EngineOptions::new(model.into()) };
    let here = Engine::load(&options).unwrap();
    let (there, ended) = beyond(move || Engine::load(&options));
    let text = "import os\n\n\ndef read_lines(path):\n";
    for sampling in [Sampling::GREEDY, Sampling { temperature: 0.8, top_k: 0, top_p: 0.95, seed: 11 }] {
        let stop = || Some(Box::new(|text: &str| text.find("\n\n")) as Box<dyn codegen_core::StopRule>);
        for make in [|| request("", 24), || Request { score_from: Some(1), ..request("", 24) }] {
            let wanted = || Request { sampling, fresh: true, prompt: Prompt::Text(text.to_owned()), ..make() };
            let [own, other] = [&here, &there].map(|engine| timeless(events(engine.submit(wanted()))));
            assert_eq!(own, other);
            let stopped = || Request { stop: stop(), max_tokens: 60, ..wanted() };
            let [own, other] = [&here, &there].map(|engine| timeless(events(engine.submit(stopped()))));
            assert_eq!(own, other);
        }
    }
    for text in ["", "def f(x):\n    return x", "naïve — 日本", "\t\t    \r\n"] {
        let tokens = here.tokenize(text);
        assert_eq!(there.tokenize(text), tokens);
        assert_eq!(there.token_lengths(&tokens), here.token_lengths(&tokens));
        assert_eq!(there.detokenize(&tokens), text);
    }
    assert_eq!(there.token_lengths(&[-1, 1 << 30]), [0, 0]);
    assert_eq!((there.info(), there.threads_in_use()), (here.info(), here.threads_in_use()));
    drop(there);
    assert_eq!(ended.recv(), Ok(true));
}

#[test]
fn counters_cross() {
    let [here, there] = both(lettered);
    for engine in [&here, &there] {
        complete(engine, request("a prompt", 6));
        complete(engine, request("a prompt and more", 6));
    }
    assert_eq!(there.counters(), here.counters());
}

#[test]
fn cancelled_and_superseded_requests_stop_there_and_are_answered_at_once_here() {
    let (gate, inner) = gated(lettered());
    let shared = inner.clone();
    let (engine, _) = beyond(move || Ok(inner));
    let first = engine.submit(keyed("first", 500, "k"));
    let dropped = engine.submit(request("dropped", 500));
    gate.wait_blocked();
    let second = engine.submit(keyed("second", 3, "k"));
    drop(dropped);
    // The host stands at its gate and can say nothing.
    let ended = events(first);
    assert!(matches!(&ended[..], [Event::Done(done)] if done.reason == FinishReason::Superseded), "{ended:?}");
    // What was sent before has arrived once this is answered.
    assert_eq!(engine.tokenize(""), [0i32; 0]);
    gate.open();
    assert_eq!(second.blocking_finish().unwrap().text, letters("second", 3));
    // Nothing was written of what nobody waits for.
    assert_eq!(shared.counters().generated_tokens, 3);
    let cancelled = engine.submit(request("cancelled", 500));
    cancelled.cancel();
    assert_eq!(cancelled.blocking_finish().unwrap().reason, FinishReason::Cancelled);
}

#[test]
fn tokenizing_waits_for_no_batch() {
    let (gate, inner) = gated(lettered());
    let (engine, _) = beyond(move || Ok(inner));
    let running = engine.submit(request("a", 3));
    gate.wait_blocked();
    assert_eq!(engine.tokenize("xyz"), [120, 121, 122]);
    gate.open();
    assert_eq!(running.blocking_finish().unwrap().text, letters("a", 3));
}

#[test]
fn a_gap_is_asked_for_as_elsewhere() {
    let script = || Script { infill: Some(Infill { prefix: 1000, suffix: 1001, middle: 1002 }), ..lettered() };
    let [here, there] = both(script);
    assert_eq!(there.infill("a", "b"), here.infill("a", "b"));
    assert!(there.infill("a", "b").is_some());
}

#[test]
fn a_refusal_and_the_progress_cross() {
    let error = EngineError::bad_option("context", 9, "at least 64");
    let refusal = error.clone();
    let (refused, ended) = connect(move || Err(refusal), |output| output);
    assert_eq!(refused.unwrap_err(), error);
    assert_eq!(ended.recv(), Ok(true));

    let (their_input, our_output) = std::io::pipe().unwrap();
    let (our_input, their_output) = std::io::pipe().unwrap();
    std::thread::spawn(move || {
        remote::serve(their_input, their_output, |options, progress| {
            assert_eq!(options.model.to_str(), Some("the model"));
            for share in [0.0, 0.29, 1.0] {
                progress.report(share);
            }
            Ok(lettered().engine())
        })
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let teller = Arc::clone(&told);
    let progress = Progress::new(move |percent| teller.lock().unwrap().push(percent));
    remote::connect(our_input, our_output, &EngineOptions::new("the model".into()), progress).unwrap();
    assert_eq!(*told.lock().unwrap(), [0, 29, 100]);
}

/// What becomes of an engine once its host has gone.
fn assert_gone(engine: &Engine, reason: &str) {
    let (sender, watched) = channel();
    engine.when_dead(move |error| sender.send(error).unwrap());
    let error = watched.recv().unwrap();
    assert!(matches!(&error, EngineError::ProcessDied { reason: why } if why.contains(reason)), "{error}");
    // Nobody waits without end for one that is gone.
    assert_eq!(events(engine.submit(request("x", 3))), [Event::Failed(error)]);
    assert_eq!(engine.tokenize("abc"), [0i32; 0]);
    assert_eq!(engine.token_lengths(&[97]), [1]);
}

#[test]
fn a_host_whose_worker_dies_is_given_up_with_its_reason() {
    let (engine, ended) = beyond(|| Ok(Script::new(|_| panic!("out of cheese")).engine()));
    let running = engine.submit_candidates(candidates("x", 3, 4));
    for generation in running {
        let events = events(generation);
        assert!(
            matches!(&events[..], [Event::Failed(EngineError::ProcessDied { reason })] if reason.contains("cheese")),
            "{events:?}"
        );
    }
    assert_gone(&engine, "out of cheese");
    assert_eq!(ended.recv(), Ok(true));
}

/// A stream that closes after so many bytes.
struct Cut(Option<PipeWriter>, usize);

impl Write for Cut {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let Some(pipe) = &mut self.0 else { return Err(std::io::ErrorKind::BrokenPipe.into()) };
        let length = bytes.len().min(self.1);
        let written = pipe.write(&bytes[..length])?;
        self.1 -= written;
        if self.1 == 0 {
            self.0 = None;
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_host_that_hangs_up_anywhere_fails_every_request_once() {
    let mut survived_loading = 0;
    for length in (1..3000).step_by(37) {
        let (engine, _) = connect(|| Ok(lettered().engine()), move |output| Cut(Some(output), length));
        let engine = match engine {
            Ok(engine) => engine,
            Err(error) => {
                assert!(matches!(error, EngineError::ProcessDied { .. }), "{length}: {error}");
                continue;
            }
        };
        survived_loading += 1;
        let running = [request("one", 400), request("two", 400), request("three", 400)].map(|one| engine.submit(one));
        for generation in running {
            let mut events = events(generation);
            let last = events.pop();
            assert!(matches!(last, Some(Event::Failed(EngineError::ProcessDied { .. }))), "{length}: {last:?}");
            assert!(events.iter().all(|event| matches!(event, Event::Token { .. })));
        }
        assert_gone(&engine, "hung up");
    }
    assert!(survived_loading > 10, "{survived_loading}");
}

#[test]
fn what_is_no_message_is_an_end_in_words() {
    struct Babble(PipeWriter);
    impl Write for Babble {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write_all(b"Hello, world: this is no message.")?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (engine, _) = connect(|| Ok(lettered().engine()), Babble);
    assert!(matches!(engine, Err(EngineError::ProcessDied { reason }) if reason.contains("cannot be read")));
}

#[test]
fn nothing_of_a_host_is_left() {
    let (their_input, our_output) = std::io::pipe().unwrap();
    let (our_input, their_output) = std::io::pipe().unwrap();
    let (held, dropped) = channel::<()>();
    std::thread::spawn(move || {
        remote::serve(their_input, their_output, |_, progress| {
            // As llama.cpp's backend does, it keeps what it tells its progress by.
            let keeps = (held, progress);
            let script = Script::new(move |tokens| {
                let _ = &keeps;
                crate::support::letter_after(tokens)
            });
            Ok(script.engine())
        })
    });
    let options = EngineOptions::new("m".into());
    let engine = remote::connect(our_input, our_output, &options, Progress::default()).unwrap();
    let running = engine.submit(request("x", 2000));
    drop((running, engine));
    // The backend is gone, and with it the worker's thread.
    assert!(dropped.recv().is_err());
}

#[test]
fn a_generation_outlives_the_handles_and_then_the_host_ends() {
    let (gate, inner) = gated(lettered());
    let (engine, ended) = beyond(move || Ok(inner));
    let running = engine.submit(request("x", 5));
    gate.wait_blocked();
    drop(engine);
    gate.open();
    assert_eq!(running.blocking_finish().unwrap().text, letters("x", 5));
    assert_eq!(ended.recv(), Ok(true));
}
