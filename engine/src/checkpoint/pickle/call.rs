//! The calls of the pickle's imports: the machine makes their results itself.

use super::machine::{Machine, Node, Value};
use super::{Global, PickledTensor};

/// More dimensions than any tensor of a language model has.
const MAX_DIMENSIONS: usize = 8;
/// More arguments than any of the constructors takes.
const MAX_ARGUMENTS: usize = 16;

impl Machine<'_> {
    /// A call of the first item with the tuple that is the second.
    pub fn call(&mut self, items: &[Value]) -> Result<Value, String> {
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
    pub fn storage(&self, id: Value) -> Result<Node, String> {
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
}
