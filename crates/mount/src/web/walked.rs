//! A path of names, walked through the view from its own folder on. The nodes on it are given back when they are no more needed.

use std::sync::Arc;

use crate::error::Result;
use crate::view::{Attributes, NodeId, ROOT, View};

/// A node, and those on the way to it.
pub(super) struct Walked {
    view: Arc<View>,
    given: Vec<NodeId>,
    /// What the node is.
    pub(super) attributes: Attributes,
}

impl Walked {
    /// Goes from name to name.
    pub(super) fn to(view: &Arc<View>, path: &[Vec<u8>]) -> Result<Self> {
        let mut walked = Self { view: Arc::clone(view), given: Vec::new(), attributes: view.attributes(ROOT)? };
        for name in path {
            walked.attributes = view.lookup(walked.attributes.id, name)?;
            walked.given.push(walked.attributes.id);
        }
        Ok(walked)
    }

    /// The node's number.
    pub(super) fn id(&self) -> NodeId {
        self.attributes.id
    }

    pub(super) fn view(&self) -> &Arc<View> {
        &self.view
    }
}

impl Drop for Walked {
    fn drop(&mut self) {
        for node in &self.given {
            self.view.forget(*node, 1);
        }
    }
}
