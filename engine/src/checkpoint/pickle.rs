//! Reads the pickle inside a PyTorch file without running it.
//!
//! A pickle is a program for a small stack machine that can import and call anything. This machine knows the opcodes
//! that `torch.save` writes for a state dict and builds plain values; the only "calls" are the handful of constructors
//! below, which it models itself. Every other opcode and every other import is refused by name.
//!
//! Values are indices into an arena rather than a tree, so that neither deep nesting nor cycles can exhaust the stack;
//! every opcode adds a bounded amount and strings are shared, so memory is bounded by the pickle's length and a limit.

use std::collections::HashSet;
use std::rc::Rc;

use self::machine::{Machine, Node, Value};
use super::SourceType;

mod call;
mod machine;
mod opcode;
#[cfg(test)]
mod tests;

/// A tensor of the state dict, as the pickle describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PickledTensor {
    /// Name of the archive entry with the elements.
    pub key: Rc<str>,
    /// Type of the elements.
    pub dtype: SourceType,
    /// Bytes of one element.
    pub size: u64,
    /// Elements of the storage.
    pub elements: u64,
    /// The tensor's first element.
    pub offset: u64,
    pub shape: Vec<usize>,
    /// Elements between neighbours, for every dimension.
    pub strides: Vec<usize>,
}

/// A pickle of the largest CodeGen makes some ten thousand values.
const MAX_VALUES: usize = 1 << 20;

/// The names that a pickle may import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Global {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Storage(SourceType, u64),
}

impl Global {
    fn import(module: &str, name: &str) -> Result<Self, String> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "DoubleStorage") => Self::Storage(SourceType::F64, 8),
            ("torch", "FloatStorage") => Self::Storage(SourceType::F32, 4),
            ("torch", "HalfStorage") => Self::Storage(SourceType::F16, 2),
            ("torch", "BFloat16Storage") => Self::Storage(SourceType::BF16, 2),
            ("torch", "LongStorage") => Self::Storage(SourceType::Other, 8),
            ("torch", "IntStorage") => Self::Storage(SourceType::Other, 4),
            ("torch", "ShortStorage") => Self::Storage(SourceType::Other, 2),
            ("torch", "ByteStorage" | "CharStorage" | "BoolStorage") => Self::Storage(SourceType::Other, 1),
            _ => {
                // The names come from the file and are shown on a terminal.
                let (module, name) = (module.escape_default(), name.escape_default());
                return Err(format!(
                    "its pickle imports {module}.{name}, which is refused: a checkpoint only needs tensors"
                ));
            }
        })
    }
}

/// Reads the pickle of a state dict: its names and tensors in order.
pub(super) fn read_state_dict(bytes: &[u8]) -> Result<Vec<(String, PickledTensor)>, String> {
    let mut machine = Machine::new(bytes);
    let top = machine.run()?;
    let Some(Node::Dict(items)) = machine.node(top) else {
        return Err(format!("its pickle holds {}, not a dictionary of tensors (a state dict)", machine.kind(top)));
    };
    let mut tensors = Vec::with_capacity(items.len());
    let mut names = HashSet::with_capacity(items.len());
    for (key, value) in items {
        let Some(Node::Text(name)) = machine.node(*key) else {
            return Err(format!("its pickle's dictionary has {} for a key, not a tensor's name", machine.kind(*key)));
        };
        let Some(Node::Tensor(tensor)) = machine.node(*value) else {
            return Err(format!(
                "its entry {name:?} is {}, not a tensor; save model.state_dict() alone",
                machine.kind(*value)
            ));
        };
        if !names.insert(name) {
            return Err(format!("its entry {name:?} appears twice"));
        }
        tensors.push((name.to_string(), tensor.clone()));
    }
    Ok(tensors)
}

impl Machine<'_> {
    /// Runs to the STOP opcode and returns the value on top of the stack.
    fn run(&mut self) -> Result<Value, String> {
        loop {
            let at = self.position;
            let code = self.u8()?;
            let done = self.step(code).map_err(|problem| format!("{problem} (pickle offset {at})"))?;
            if done {
                return self.pop();
            }
            if self.arena.len().max(self.stack.len()).max(self.marks.len()) > MAX_VALUES {
                return Err(format!("its pickle makes more than {MAX_VALUES} values, which no checkpoint needs"));
            }
        }
    }

    /// Executes one opcode; true after STOP.
    #[allow(clippy::too_many_lines)] // a table, one line for each opcode
    fn step(&mut self, code: u8) -> Result<bool, String> {
        match code {
            opcode::STOP => return Ok(true),
            opcode::PROTO => {
                let version = self.u8()?;
                if !(2..=5).contains(&version) {
                    return Err(format!("its pickle has protocol {version}; 2 to 5 can be read"));
                }
            }
            opcode::FRAME => {
                self.take(8)?;
            }
            opcode::MARK => self.marks.push(self.stack.len()),
            opcode::POP => {
                self.pop()?;
            }
            opcode::POP_MARK => {
                self.pop_mark()?;
            }
            opcode::DUP => {
                let top = self.peek()?;
                self.stack.push(top);
            }
            opcode::NONE => self.stack.push(Value::None),
            opcode::NEWTRUE => self.stack.push(Value::Bool(true)),
            opcode::NEWFALSE => self.stack.push(Value::Bool(false)),
            opcode::BININT => {
                let value = i32::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(value.into()));
            }
            opcode::BININT1 => {
                let value = self.u8()?;
                self.stack.push(Value::Int(value.into()));
            }
            opcode::BININT2 => {
                let value = u16::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(value.into()));
            }
            opcode::LONG1 => {
                let value = self.long()?;
                self.stack.push(Value::Int(value));
            }
            opcode::BINFLOAT => {
                self.take(8)?;
                self.stack.push(Value::Float);
            }
            opcode::SHORT_BINUNICODE | opcode::SHORT_BINSTRING => {
                let length = self.u8()?;
                self.text(length.into())?;
            }
            opcode::BINUNICODE | opcode::BINSTRING => {
                let length = u32::from_le_bytes(self.array()?);
                self.text(length.into())?;
            }
            opcode::BINUNICODE8 => {
                let length = u64::from_le_bytes(self.array()?);
                self.text(length)?;
            }
            opcode::EMPTY_TUPLE => self.push(Node::Tuple(Vec::new())),
            opcode::TUPLE => {
                let items = self.pop_mark()?;
                self.push(Node::Tuple(items));
            }
            opcode::TUPLE1 | opcode::TUPLE2 | opcode::TUPLE3 => {
                let items = self.pop_many(usize::from(code - opcode::TUPLE1) + 1)?;
                self.push(Node::Tuple(items));
            }
            opcode::EMPTY_LIST => self.push(Node::List(Vec::new())),
            opcode::LIST => {
                let items = self.pop_mark()?;
                self.push(Node::List(items));
            }
            opcode::APPEND => {
                let item = self.pop()?;
                self.list()?.push(item);
            }
            opcode::APPENDS => {
                let items = self.pop_mark()?;
                self.list()?.extend(items);
            }
            opcode::EMPTY_DICT => self.push(Node::Dict(Vec::new())),
            opcode::DICT => {
                let items = self.pop_mark()?;
                let pairs = pairs(&items)?;
                self.push(Node::Dict(pairs));
            }
            opcode::SETITEM => {
                let items = self.pop_many(2)?;
                let pairs = pairs(&items)?;
                self.dict()?.extend(pairs);
            }
            opcode::SETITEMS => {
                let items = self.pop_mark()?;
                let pairs = pairs(&items)?;
                self.dict()?.extend(pairs);
            }
            opcode::GLOBAL => {
                let (module, name) = (self.line()?, self.line()?);
                let global = Global::import(module, name)?;
                self.push(Node::Global(global));
            }
            opcode::STACK_GLOBAL => {
                let items = self.pop_many(2)?;
                let [Some(Node::Text(module)), Some(Node::Text(name))] = [self.nth(&items, 0), self.nth(&items, 1)]
                else {
                    return Err("its pickle imports something whose name is not a string".to_owned());
                };
                let global = Global::import(module, name)?;
                self.push(Node::Global(global));
            }
            opcode::REDUCE => {
                let items = self.pop_many(2)?;
                let value = self.call(&items)?;
                self.stack.push(value);
            }
            opcode::BUILD => {
                // The state of an OrderedDict (its `_metadata`) or of a parameter; neither changes a weight.
                self.pop()?;
                let object = self.peek()?;
                if !matches!(self.node(object), Some(Node::Dict(_) | Node::Tensor(_))) {
                    return Err(format!("its pickle sets the state of {}", self.kind(object)));
                }
            }
            opcode::BINPERSID => {
                let id = self.pop()?;
                let storage = self.storage(id)?;
                self.push(storage);
            }
            opcode::BINPUT => {
                let slot = self.u8()?;
                self.put(slot.into())?;
            }
            opcode::LONG_BINPUT => {
                let slot = u32::from_le_bytes(self.array()?);
                self.put(slot)?;
            }
            opcode::MEMOIZE => {
                let slot = u32::try_from(self.memo.len()).map_err(|error| error.to_string())?;
                self.put(slot)?;
            }
            opcode::BINGET => {
                let slot = self.u8()?;
                self.get(slot.into())?;
            }
            opcode::LONG_BINGET => {
                let slot = u32::from_le_bytes(self.array()?);
                self.get(slot)?;
            }
            other => {
                return Err(format!("its pickle has the opcode {}, which tensors do not need", opcode::name(other)));
            }
        }
        Ok(false)
    }
}

fn pairs(items: &[Value]) -> Result<Vec<(Value, Value)>, String> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("its pickle sets a key without a value".to_owned());
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}
