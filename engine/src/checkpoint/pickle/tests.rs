use super::*;

fn refusal(bytes: &[u8]) -> String {
    read_state_dict(bytes).unwrap_err()
}

#[test]
fn nothing_is_imported_but_what_tensors_need() {
    // The classic: os.system("true") when loaded.
    assert_eq!(
        refusal(b"\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R."),
        "its pickle imports os.system, which is refused: a checkpoint only needs tensors (pickle offset 2)"
    );
    assert!(refusal(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93.").contains("imports builtins.eval"));
    // Through the memo, and under an allowed module's name.
    assert!(refusal(b"\x80\x04\x8c\x06posix\n\x94\x8c\x04exec\x93.").contains("imports posix\\n.exec"));
    assert!(refusal(b"\x80\x02ctorch._utils\n_rebuild_tensor\n.").contains("imports torch._utils._rebuild_tensor"));
    assert!(refusal(b"\x80\x02ctorch.storage\n_load_from_bytes\n.").contains("torch.storage._load_from_bytes"));
    assert!(refusal(b"\x80\x04K\x01K\x02\x93.").contains("whose name is not a string"));
}

#[test]
fn opcodes_that_tensors_do_not_need_are_refused_by_name() {
    for (code, name) in [
        (b'i', "INST"),
        (b'o', "OBJ"),
        (0x81, "NEWOBJ"),
        (0x92, "NEWOBJ_EX"),
        (b'P', "PERSID"),
        (0x82, "EXT1"),
        (0xff, "0xff"),
    ] {
        let message = refusal(&[0x80, 2, b'}', code]);
        assert_eq!(message, format!("its pickle has the opcode {name}, which tensors do not need (pickle offset 3)"));
    }
}

#[test]
fn only_modelled_constructors_can_be_called() {
    for (bytes, expected) in [
        (&b"\x80\x02X\x01\0\0\0f)R."[..], "calls a string"),
        (b"\x80\x02ccollections\nOrderedDict\n]\x85R.", "makes an OrderedDict from arguments"),
        (b"\x80\x02ctorch\nFloatStorage\n)R.", "calls a storage class"),
        (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.", "describes a tensor in a way"),
        (b"\x80\x02ctorch._utils\n_rebuild_parameter\n}\x85R.", "makes a parameter of something"),
        (b"\x80\x02ctorch\nFloatStorage\n}b.", "sets the state of a class or function"),
        (b"\x80\x02NQ.", "names a storage in a way"),
        (b"\x80\x02ccollections\nOrderedDict\n(NNNNNNNNNNNNNNNNNtR.", "with 17 arguments"),
    ] {
        let message = refusal(bytes);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn what_is_not_a_state_dict_is_refused() {
    for (bytes, expected) in [
        (&b"\x80\x02]."[..], "holds a list, not a dictionary of tensors"),
        (b"\x80\x02N.", "holds None"),
        (b"\x80\x02}K\x01Ns.", "has an integer for a key"),
        (b"\x80\x02}X\x05\0\0\0epochK\x03s.", "its entry \"epoch\" is an integer, not a tensor"),
        (b"\x80\x02}X\x05\0\0\0model}s.", "its entry \"model\" is a dictionary"),
    ] {
        let message = refusal(bytes);
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(read_state_dict(b"\x80\x02}."), Ok(Vec::new()));
}

#[test]
fn corrupt_pickles_are_refused() {
    for (bytes, expected) in [
        (&b""[..], "truncated"),
        (b"\x80", "truncated"),
        (b"\x80\x01.", "protocol 1"),
        (b"\x80\x02.", "takes a value that is not there"),
        (b"\x80\x02N(.", "takes a value that is not there"),
        (b"\x80\x02t.", "a mark that is not there"),
        (b"\x80\x02N(N\x86.", "takes values that are not there"),
        (b"\x80\x02h\x05.", "recalls a value it did not keep"),
        (b"\x80\x02}(NNNu.", "a key without a value"),
        (b"\x80\x02NNa.", "not a list"),
        (b"\x80\x02]NNs.", "not a dictionary"),
        (b"\x80\x02X\xff\xff\xff\x7fabc", "truncated"),
        (b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc", "truncated"),
        (b"\x80\x02X\x01\0\0\0\xff.", "not UTF-8"),
        (b"\x80\x02\x8a\x09123456789.", "an integer of 9 bytes"),
        (b"\x80\x02cos", "truncated"),
    ] {
        let message = refusal(bytes);
        assert!(message.contains(expected), "{bytes:?}: {message}");
    }
}

/// Lists in lists, a list that holds itself, a number of values past any checkpoint's: none costs stack or memory.
#[test]
fn depth_cycles_and_numbers_exhaust_nothing() {
    let mut deep = b"\x80\x02".to_vec();
    deep.extend(vec![b']'; 500_000]);
    deep.extend(vec![b'a'; 499_999]);
    deep.push(b'.');
    assert!(refusal(&deep).contains("holds a list"));
    assert!(refusal(b"\x80\x02]q\x00h\x00a.").contains("holds a list"));
    let mut many = b"\x80\x02".to_vec();
    many.extend(vec![b'N'; MAX_VALUES + 1]);
    assert!(refusal(&many).contains("more than 1048576 values"));
    let mut marks = b"\x80\x02".to_vec();
    marks.extend(vec![b'('; MAX_VALUES + 1]);
    assert!(refusal(&marks).contains("more than 1048576 values"));
}
