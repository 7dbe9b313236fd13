//! What the thread of the swarm was asked for, and has not given yet.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use crate::formats::TrajectoryFrame;
use crate::worlds::swarm::doc::LiveState;
use crate::worlds::swarm::engine::{Counters, PendingSwarm};
use crate::worlds::swarm::picture::Swarm;
use crate::worlds::swarm::rule::{LiveSettings, Rule};

/// Arrives when the thread has carried out the orders before it.
pub struct Reply<T>(Receiver<T>);

impl<T> Reply<T> {
    pub(in crate::window) fn new() -> (Sender<T>, Self) {
        let (sender, receiver) = bounded(1);
        (sender, Self(receiver))
    }

    /// Waits: for threads that have time.
    ///
    /// # Errors
    /// The thread of the swarm has ended, or broke off over the question.
    pub fn wait(self) -> Result<T, NoReply> {
        self.0.recv().map_err(|_| NoReply)
    }

    /// `None` until it is there; never waits.
    pub fn take(&self) -> Option<Result<T, NoReply>> {
        match self.0.try_recv() {
            Ok(reply) => Some(Ok(reply)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(NoReply)),
        }
    }
}

/// There will be none.
#[derive(Debug)]
pub struct NoReply;

/// What a file stores of the living swarm.
#[derive(Default)]
pub struct SavedSwarm {
    pub state: Option<LiveState>,
    /// What it runs with, where it has begun to.
    pub runs_with: Option<(Arc<Rule>, LiveSettings)>,
}

/// A copy of the swarm, or where it can be had.
pub(in crate::window) enum LiveQuestion {
    Now(Swarm, Option<Counters>),
    /// On its way from the GPU.
    Later(PendingSwarm),
}

/// The swarm as it was when it was asked for, and what it lived by.
pub struct Seen {
    pub swarm: Swarm,
    pub rule: Arc<Rule>,
    pub settings: LiveSettings,
    /// Not of what is only shown.
    pub counters: Option<Counters>,
}

/// What is shown of a swarm, for a trajectory.
pub struct LiveFrame {
    /// Another number after another swarm has come, or time has gone back.
    pub past: u64,
    /// Time of one step.
    pub time_step: f64,
    pub frame: TrajectoryFrame,
}

pub(in crate::window) type Looked = Option<(LiveQuestion, Arc<Rule>, LiveSettings)>;

/// A [`Seen`] on its way from the thread, and from there perhaps from the GPU.
pub struct Coming {
    reply: Reply<Looked>,
    pending: Option<(PendingSwarm, Arc<Rule>, LiveSettings)>,
}

impl Coming {
    pub(in crate::window) fn new(reply: Reply<Looked>) -> Self {
        Self { reply, pending: None }
    }

    /// `None` until it is there; never waits.
    ///
    /// # Errors
    /// There is no swarm, or the GPU was lost, which is reported elsewhere.
    pub fn take(&mut self) -> Option<Result<Seen, NoReply>> {
        if self.pending.is_none() {
            match self.reply.take()? {
                Ok(Some((LiveQuestion::Now(swarm, counters), rule, settings))) => {
                    return Some(Ok(Seen { swarm, rule, settings, counters }));
                }
                Ok(Some((LiveQuestion::Later(pending), rule, settings))) => {
                    self.pending = Some((pending, rule, settings))
                }
                Ok(None) | Err(NoReply) => return Some(Err(NoReply)),
            }
        }
        let (pending, rule, settings) = self.pending.as_ref()?;
        Some(match pending.take()? {
            Ok((swarm, counters)) => Ok(Seen { swarm, rule: rule.clone(), settings: *settings, counters }),
            Err(_) => Err(NoReply),
        })
    }
}
