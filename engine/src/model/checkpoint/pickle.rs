//! Reads the pickle inside a PyTorch file without running it.
//!
//! A pickle is a program for a small stack machine that can import and call anything. This machine knows the opcodes
//! that `torch.save` writes for a state dict and builds plain values; the only "calls" are the handful of constructors
//! below, which it models itself. Every other opcode and every other import is refused by name.
//!
//! Values are indices into an arena rather than a tree, so that neither deep nesting nor cycles can exhaust the stack;
//! every opcode adds a bounded amount and strings are shared, so memory is bounded by the pickle's length and a limit.

use std::collections::HashMap;
use std::rc::Rc;

use super::SourceType;

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

/// More dimensions than any tensor of a language model has.
const MAX_DIMENSIONS: usize = 8;
/// More arguments than any of the constructors takes.
const MAX_ARGUMENTS: usize = 16;
/// A pickle of the largest CodeGen makes some ten thousand values.
const MAX_VALUES: usize = 1 << 20;

/// What may be imported.
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
                // The names come from the file, and go to somebody's terminal.
                let (module, name) = (module.escape_default(), name.escape_default());
                return Err(format!(
                    "its pickle imports {module}.{name}, which is refused: a checkpoint only needs tensors"
                ));
            }
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// Read so that it can be skipped; no tensor needs one.
    Float,
    /// An index into the arena.
    Node(usize),
}

#[derive(Debug)]
enum Node {
    Text(Rc<str>),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Global(Global),
    Storage { dtype: SourceType, size: u64, key: Rc<str>, elements: u64 },
    Tensor(PickledTensor),
}

impl Node {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dictionary",
            Self::Global(_) => "a class or function",
            Self::Storage { .. } => "a storage",
            Self::Tensor(_) => "a tensor",
        }
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
    let mut names = std::collections::HashSet::with_capacity(items.len());
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

struct Machine<'a> {
    bytes: &'a [u8],
    position: usize,
    stack: Vec<Value>,
    /// Heights of the stack at which a mark was set.
    marks: Vec<usize>,
    /// Keyed rather than indexed: the file chooses the numbers.
    memo: HashMap<u32, Value>,
    arena: Vec<Node>,
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), arena: Vec::new() }
    }

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

    /// A call of the first item with the tuple that is the second.
    fn call(&mut self, items: &[Value]) -> Result<Value, String> {
        let (function, arguments) = match [self.nth(items, 0), self.nth(items, 1)] {
            [Some(Node::Global(function)), Some(Node::Tuple(arguments))] if arguments.len() <= MAX_ARGUMENTS => {
                (*function, arguments.clone())
            }
            [Some(Node::Global(_)), Some(Node::Tuple(arguments))] => {
                return Err(format!("its pickle calls something with {} arguments", arguments.len()));
            }
            [Some(callee), _] => return Err(format!("its pickle calls {}", callee.kind())),
            _ => return Err("its pickle calls something that is not a function".to_owned()),
        };
        match function {
            Global::OrderedDict if arguments.is_empty() => Ok(self.alloc(Node::Dict(Vec::new()))),
            Global::OrderedDict => Err("its pickle makes an OrderedDict from arguments".to_owned()),
            Global::RebuildTensor => {
                let tensor = self.tensor(&arguments)?;
                Ok(self.alloc(Node::Tensor(tensor)))
            }
            Global::RebuildParameter => match (arguments.first(), self.nth(&arguments, 0)) {
                (Some(value), Some(Node::Tensor(_))) => Ok(*value),
                _ => Err("its pickle makes a parameter of something that is not a tensor".to_owned()),
            },
            Global::Storage(..) => Err("its pickle calls a storage class".to_owned()),
        }
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata=None)`; what comes
    /// after the stride is about training.
    fn tensor(&self, arguments: &[Value]) -> Result<PickledTensor, String> {
        let malformed = || "its pickle describes a tensor in a way that torch.save does not".to_owned();
        let (Some(Node::Storage { dtype, size, key, elements }), Some(Value::Int(offset))) =
            (self.nth(arguments, 0), arguments.get(1))
        else {
            return Err(malformed());
        };
        let offset = u64::try_from(*offset).map_err(|_| malformed())?;
        let (shape, strides) = (self.sizes(arguments, 2)?, self.sizes(arguments, 3)?);
        if shape.len() != strides.len() || shape.len() > MAX_DIMENSIONS {
            return Err(malformed());
        }
        Ok(PickledTensor { key: key.clone(), dtype: *dtype, size: *size, elements: *elements, offset, shape, strides })
    }

    fn sizes(&self, arguments: &[Value], index: usize) -> Result<Vec<usize>, String> {
        let Some(Node::Tuple(items)) = self.nth(arguments, index) else {
            return Err("its pickle gives a tensor a shape that is not a tuple".to_owned());
        };
        let sizes: Option<Vec<usize>> = items
            .iter()
            .take(MAX_DIMENSIONS + 1)
            .map(|item| if let Value::Int(size) = item { usize::try_from(*size).ok() } else { None })
            .collect();
        sizes.ok_or_else(|| "its pickle gives a tensor a shape that is not made of sizes".to_owned())
    }

    /// The persistent id of a storage: `("storage", class, key, location, elements)`.
    fn storage(&self, id: Value) -> Result<Node, String> {
        let malformed = || "its pickle names a storage in a way that torch.save does not".to_owned();
        let Some(Node::Tuple(parts)) = self.node(id) else {
            return Err(malformed());
        };
        let (Some(Node::Text(kind)), Some(Node::Global(Global::Storage(dtype, size))), Some(Node::Text(key))) =
            (self.nth(parts, 0), self.nth(parts, 1), self.nth(parts, 2))
        else {
            return Err(malformed());
        };
        let Some(Value::Int(elements)) = parts.get(4) else {
            return Err(malformed());
        };
        let elements = u64::try_from(*elements).map_err(|_| malformed())?;
        if &**kind != "storage" {
            return Err(malformed());
        }
        Ok(Node::Storage { dtype: *dtype, size: *size, key: key.clone(), elements })
    }

    fn node(&self, value: Value) -> Option<&Node> {
        if let Value::Node(index) = value { self.arena.get(index) } else { None }
    }

    fn nth(&self, items: &[Value], index: usize) -> Option<&Node> {
        items.get(index).and_then(|value| self.node(*value))
    }

    fn kind(&self, value: Value) -> &'static str {
        match value {
            Value::None => "None",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float => "a float",
            Value::Node(_) => self.node(value).map_or("nothing", Node::kind),
        }
    }

    fn alloc(&mut self, node: Node) -> Value {
        self.arena.push(node);
        Value::Node(self.arena.len() - 1)
    }

    fn push(&mut self, node: Node) {
        let value = self.alloc(node);
        self.stack.push(value);
    }

    /// The height below which values belong to what was before the last mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Value, String> {
        if self.stack.len() <= self.floor() {
            return Err("its pickle is corrupt: it takes a value that is not there".to_owned());
        }
        self.stack.pop().ok_or_else(String::new)
    }

    fn peek(&mut self) -> Result<Value, String> {
        let top = self.pop()?;
        self.stack.push(top);
        Ok(top)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, String> {
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= self.floor() => Ok(self.stack.split_off(start)),
            _ => Err("its pickle is corrupt: it takes values that are not there".to_owned()),
        }
    }

    fn pop_mark(&mut self) -> Result<Vec<Value>, String> {
        let start = self.marks.pop().ok_or("its pickle is corrupt: it goes back to a mark that is not there")?;
        Ok(self.stack.split_off(start))
    }

    fn list(&mut self) -> Result<&mut Vec<Value>, String> {
        if let Value::Node(index) = self.peek()?
            && let Some(Node::List(items)) = self.arena.get_mut(index)
        {
            return Ok(items);
        }
        Err("its pickle appends to something that is not a list".to_owned())
    }

    fn dict(&mut self) -> Result<&mut Vec<(Value, Value)>, String> {
        if let Value::Node(index) = self.peek()?
            && let Some(Node::Dict(items)) = self.arena.get_mut(index)
        {
            return Ok(items);
        }
        Err("its pickle sets an item of something that is not a dictionary".to_owned())
    }

    fn put(&mut self, slot: u32) -> Result<(), String> {
        let top = self.peek()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn get(&mut self, slot: u32) -> Result<(), String> {
        let value = self.memo.get(&slot).ok_or("its pickle is corrupt: it recalls a value it did not keep")?;
        self.stack.push(*value);
        Ok(())
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], String> {
        let end = usize::try_from(count).ok().and_then(|count| self.position.checked_add(count));
        let bytes = end.and_then(|end| self.bytes.get(self.position..end)).ok_or("its pickle is truncated")?;
        self.position += bytes.len();
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N as u64)?.try_into().map_err(|_| String::new())
    }

    fn u8(&mut self) -> Result<u8, String> {
        self.array().map(|[byte]| byte)
    }

    /// A little-endian two's complement integer of up to eight bytes.
    fn long(&mut self) -> Result<i64, String> {
        let length = self.u8()?;
        let bytes = self.take(length.into())?;
        if bytes.len() > 8 {
            return Err(format!("its pickle has an integer of {length} bytes"));
        }
        let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
        let mut wide = [if negative { 0xff } else { 0 }; 8];
        for (to, from) in wide.iter_mut().zip(bytes) {
            *to = *from;
        }
        Ok(i64::from_le_bytes(wide))
    }

    fn text(&mut self, length: u64) -> Result<(), String> {
        let bytes = self.take(length)?;
        let text = str::from_utf8(bytes).map_err(|_| "its pickle has a string that is not UTF-8")?;
        self.push(Node::Text(text.into()));
        Ok(())
    }

    /// The text up to the next line end.
    fn line(&mut self) -> Result<&'a str, String> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or("its pickle is truncated")?;
        let line = self.take(length as u64)?;
        self.position += 1;
        str::from_utf8(line).map_err(|_| "its pickle imports a name that is not UTF-8".to_owned())
    }
}

fn pairs(items: &[Value]) -> Result<Vec<(Value, Value)>, String> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("its pickle sets a key without a value".to_owned());
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}
