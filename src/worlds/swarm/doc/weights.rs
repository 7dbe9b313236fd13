//! The weights of a rule as base64 of a safetensors file: f32 tensors `energy.phi1_w` … `flow.out_b`, shape `[rows, cols]`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use crate::worlds::swarm::rule::{LocalNet, MAX_WIDTH, NetShape, Rule};

use super::Flows;
use crate::worlds::BadValue;

/// The path of the field, as error messages name it.
const PATH: &str = "weights";
const HINT: &str = "take an earlier copy of the file, or remove `rule` and `weights` and learn again";

/// Name of the flow `k` of a list, where it is not the chosen one.
pub(super) fn flow_name(k: usize) -> String {
    format!("flows.{k}")
}

/// Base64 text of all weights of `rule`, and of the flows beside its own.
pub(super) fn encode(rule: &Rule, flows: &Flows) -> String {
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut nets = vec![("energy".to_owned(), &rule.energy)];
    nets.extend(rule.flow.as_ref().map(|net| ("flow".to_owned(), net)));
    let others = flows.list.iter().enumerate().filter(|(k, _)| *k != flows.chosen);
    nets.extend(others.map(|(k, flow)| (flow_name(k), &*flow.net)));
    for (prefix, net) in nets {
        for span in net.shape.layout().spans() {
            let bytes = span.of(&net.weights).iter().flat_map(|w| w.to_le_bytes()).collect();
            tensors.push((format!("{prefix}.{}", span.name), vec![span.rows, span.cols], bytes));
        }
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).expect("4 bytes for each weight"))
    });
    STANDARD.encode(serialize(views, None).expect("names and shapes of a net are always valid"))
}

/// The safetensors bytes behind the base64 text.
pub(crate) fn bytes_of(text: &str) -> Result<Vec<u8>, BadValue> {
    // An editor may have wrapped the long line.
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|e| BadValue::new(PATH, format!("the base64 text is damaged ({e})"), HINT))
}

/// The net `prefix` of the given shape out of safetensors bytes.
pub(super) fn decode(bytes: &[u8], prefix: &str, shape: NetShape) -> Result<LocalNet, BadValue> {
    check_shape(prefix, &shape)?;
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|e| BadValue::new(PATH, format!("the safetensors are damaged ({e})"), HINT))?;
    let layout = shape.layout();
    let mut weights = Vec::with_capacity(layout.total);
    for span in layout.spans() {
        let name = format!("{prefix}.{}", span.name);
        let path = format!("{PATH}, tensor `{name}`");
        let tensor = tensors.tensor(&name).map_err(|_| BadValue::new(&path, "it is missing", HINT))?;
        let expected = [span.rows, span.cols];
        if tensor.dtype() != Dtype::F32 || tensor.shape() != expected {
            let found = format!("{:?} {:?}", tensor.dtype(), tensor.shape());
            return Err(BadValue::new(
                &path,
                format!("it is {found}, but the shape given under `{}` needs F32 {expected:?}", field(prefix)),
                HINT,
            ));
        }
        for (k, chunk) in tensor.data().chunks_exact(4).enumerate() {
            let weight = f32::from_le_bytes(chunk.try_into().expect("chunks of four"));
            if !weight.is_finite() {
                return Err(BadValue::new(&path, format!("number {k} is {weight}"), HINT));
            }
            weights.push(weight);
        }
    }
    Ok(LocalNet { shape, weights })
}

/// The field of the file that gives the shape of the net `prefix`.
fn field(prefix: &str) -> String {
    if prefix.starts_with("flows") { format!("{prefix}.net") } else { format!("rule.{prefix}") }
}

/// Refuses sizes that no program of ours writes, before anything is allocated for them.
fn check_shape(prefix: &str, shape: &NetShape) -> Result<(), BadValue> {
    let outputs = if prefix == "energy" { 1 } else { 3 };
    let mut sizes = vec![
        ("species", shape.species, 1, crate::worlds::swarm::picture::MAX_SPECIES),
        ("outputs", shape.outputs, outputs, outputs),
    ];
    for width in shape.phi {
        sizes.push(("phi", width, 1, MAX_WIDTH));
    }
    for width in shape.rho {
        sizes.push(("rho", width, 1, MAX_WIDTH));
    }
    for (name, size, min, max) in sizes {
        if !(min..=max).contains(&size) {
            let allowed = if min == max { format!("must be {max}") } else { format!("must be {min} to {max}") };
            return Err(BadValue::new(format!("{}.{name}", field(prefix)), format!("{size} {allowed}"), HINT));
        }
    }
    Ok(())
}
