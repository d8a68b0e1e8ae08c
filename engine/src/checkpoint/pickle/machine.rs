//! The stack machine's values, and how it moves them.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Global, PickledTensor};
use crate::checkpoint::SourceType;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// Read so that it can be skipped; no tensor needs one.
    Float,
    /// An index into the arena.
    Node(usize),
}

#[derive(Debug)]
pub enum Node {
    Text(Rc<str>),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Global(Global),
    Storage { dtype: SourceType, size: u64, key: Rc<str>, elements: u64 },
    Tensor(PickledTensor),
}

impl Node {
    pub fn kind(&self) -> &'static str {
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

pub struct Machine<'a> {
    pub bytes: &'a [u8],
    pub position: usize,
    pub stack: Vec<Value>,
    /// Heights of the stack at which a mark was set.
    pub marks: Vec<usize>,
    /// Keyed rather than indexed: the file chooses the numbers.
    pub memo: HashMap<u32, Value>,
    pub arena: Vec<Node>,
}

impl<'a> Machine<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new(), arena: Vec::new() }
    }

    pub fn node(&self, value: Value) -> Option<&Node> {
        if let Value::Node(index) = value { self.arena.get(index) } else { None }
    }

    pub fn nth(&self, items: &[Value], index: usize) -> Option<&Node> {
        items.get(index).and_then(|value| self.node(*value))
    }

    pub fn kind(&self, value: Value) -> &'static str {
        match value {
            Value::None => "None",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float => "a float",
            Value::Node(_) => self.node(value).map_or("nothing", Node::kind),
        }
    }

    pub fn alloc(&mut self, node: Node) -> Value {
        self.arena.push(node);
        Value::Node(self.arena.len() - 1)
    }

    pub fn push(&mut self, node: Node) {
        let value = self.alloc(node);
        self.stack.push(value);
    }

    /// The height below which values belong to what was before the last mark.
    pub fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    pub fn pop(&mut self) -> Result<Value, String> {
        if self.stack.len() <= self.floor() {
            return Err("its pickle is corrupt: it takes a value that is not there".to_owned());
        }
        self.stack.pop().ok_or_else(String::new)
    }

    pub fn peek(&mut self) -> Result<Value, String> {
        let top = self.pop()?;
        self.stack.push(top);
        Ok(top)
    }

    pub fn pop_many(&mut self, count: usize) -> Result<Vec<Value>, String> {
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= self.floor() => Ok(self.stack.split_off(start)),
            _ => Err("its pickle is corrupt: it takes values that are not there".to_owned()),
        }
    }

    pub fn pop_mark(&mut self) -> Result<Vec<Value>, String> {
        let start = self.marks.pop().ok_or("its pickle is corrupt: it goes back to a mark that is not there")?;
        Ok(self.stack.split_off(start))
    }

    pub fn list(&mut self) -> Result<&mut Vec<Value>, String> {
        if let Value::Node(index) = self.peek()?
            && let Some(Node::List(items)) = self.arena.get_mut(index)
        {
            return Ok(items);
        }
        Err("its pickle appends to something that is not a list".to_owned())
    }

    pub fn dict(&mut self) -> Result<&mut Vec<(Value, Value)>, String> {
        if let Value::Node(index) = self.peek()?
            && let Some(Node::Dict(items)) = self.arena.get_mut(index)
        {
            return Ok(items);
        }
        Err("its pickle sets an item of something that is not a dictionary".to_owned())
    }

    pub fn put(&mut self, slot: u32) -> Result<(), String> {
        let top = self.peek()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    pub fn get(&mut self, slot: u32) -> Result<(), String> {
        let value = self.memo.get(&slot).ok_or("its pickle is corrupt: it recalls a value it did not keep")?;
        self.stack.push(*value);
        Ok(())
    }

    pub fn take(&mut self, count: u64) -> Result<&'a [u8], String> {
        let end = usize::try_from(count).ok().and_then(|count| self.position.checked_add(count));
        let bytes = end.and_then(|end| self.bytes.get(self.position..end)).ok_or("its pickle is truncated")?;
        self.position += bytes.len();
        Ok(bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N as u64)?.try_into().map_err(|_| String::new())
    }

    pub fn u8(&mut self) -> Result<u8, String> {
        self.array().map(|[byte]| byte)
    }

    /// A little-endian two's complement integer of up to eight bytes.
    pub fn long(&mut self) -> Result<i64, String> {
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

    pub fn text(&mut self, length: u64) -> Result<(), String> {
        let bytes = self.take(length)?;
        let text = str::from_utf8(bytes).map_err(|_| "its pickle has a string that is not UTF-8")?;
        self.push(Node::Text(text.into()));
        Ok(())
    }

    /// The text up to the next line end.
    pub fn line(&mut self) -> Result<&'a str, String> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or("its pickle is truncated")?;
        let line = self.take(length as u64)?;
        self.position += 1;
        str::from_utf8(line).map_err(|_| "its pickle imports a name that is not UTF-8".to_owned())
    }
}
