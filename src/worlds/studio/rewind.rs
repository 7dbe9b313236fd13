//! Steps back in time, exactly, for every live world of the studio.
//!
//! The motion is a function of the state, the settings and the number of the step (the noise is counted, not drawn). So it
//! is enough to save the state now and then, and every change of the settings: to go back, the saved state before is
//! restored and run again. States of a replay are saved as well, as far as there is memory, so that the next step back
//! needs no replay.

use std::collections::VecDeque;

/// Most memory of the states that replays start from, bytes.
const MAX_BYTES: usize = 128 << 20;
/// Most memory of the states that replays leave behind, bytes.
const MAX_NEAR_BYTES: usize = 64 << 20;
/// Most states that replays leave behind.
const MAX_NEAR: usize = 64;
/// Most memory of the settings of the past, bytes: while it learns, another rule comes each second.
const MAX_SETTINGS_BYTES: usize = 256 << 20;
/// Steps that the memory reaches back at least, where the saved states are not more than `MAX_APART` apart for it.
const REACH: usize = 512;
/// Most states that replays start from.
const MAX_SAVED: usize = 512;
/// Fewest and most steps from one saved state to the next.
const MIN_APART: usize = 16;
const MAX_APART: usize = 128;

/// What can be run again from an earlier state.
pub(crate) trait Rewindable {
    /// A state, bit by bit.
    type State;
    /// All that the motion depends on besides the state.
    type Settings: Clone;
    /// What the next step runs under.
    fn settings(&self) -> Self::Settings;
    /// Goes on under other settings; false when they do not fit any more.
    fn set_settings(&mut self, settings: &Self::Settings) -> bool;
    /// Whether nothing of the motion differs.
    fn is_same(a: &Self::Settings, b: &Self::Settings) -> bool;
    /// Memory that `settings` take beside those before them, bytes.
    fn added_bytes(settings: &Self::Settings, before: &Self::Settings) -> usize;
    /// The present state, in the memory of `spare` where it fits.
    fn save(&mut self, spare: Option<Self::State>) -> Self::State;
    /// Back to a saved state; false when it belongs to a device that is gone.
    fn restore(&mut self, state: &Self::State) -> bool;
    /// Memory of a state, bytes.
    fn state_bytes(state: &Self::State) -> usize;
    /// `steps` steps.
    fn advance(&mut self, steps: u32);
}

/// A place in the past: after so many steps and so many changes.
type Moment = (u64, u64);

struct SavedStep<S: Rewindable> {
    at: Moment,
    state: S::State,
    settings: S::Settings,
    /// Left behind by a replay.
    is_near: bool,
}

enum RewindChange<T> {
    Settings(T),
    /// The state was changed from outside. The state after it is always saved.
    ByHand,
}

/// The past of what lives.
pub(crate) struct RewindBuffer<S: Rewindable> {
    /// Steps since the memory began.
    now: u64,
    settings: Option<S::Settings>,
    saved: VecDeque<SavedStep<S>>,
    /// Each with the number of the step before which it was made, in order.
    changes: VecDeque<(u64, RewindChange<S::Settings>)>,
    /// Changes that have been forgotten.
    forgotten: u64,
    spare: Option<S::State>,
}

impl<S: Rewindable> Default for RewindBuffer<S> {
    fn default() -> Self {
        Self { now: 0, settings: None, saved: VecDeque::new(), changes: VecDeque::new(), forgotten: 0, spare: None }
    }
}

impl<S: Rewindable> RewindBuffer<S> {
    /// Forgets the past: the memory begins with the present state.
    pub fn forget(&mut self, live: &mut S) {
        *self = Self::default();
        self.settings = Some(live.settings());
        self.save(live, false);
    }

    /// `steps` steps of `live`, which are remembered.
    pub fn run(&mut self, live: &mut S, steps: u32) {
        let mut left = u64::from(steps);
        while left > 0 {
            let last = self.saved.iter().rev().find(|saved| !saved.is_near).map_or(0, |saved| saved.at.0);
            let due = (last + self.apart() as u64).saturating_sub(self.now).max(1);
            let now = left.min(due);
            live.advance(now as u32);
            self.now += now;
            left -= now;
            if now == due {
                self.save(live, false);
            }
        }
    }

    /// The settings may have changed.
    pub fn note_settings(&mut self, live: &mut S) {
        let settings = live.settings();
        if self.settings.as_ref().is_some_and(|old| S::is_same(old, &settings)) {
            return;
        }
        self.settings = Some(settings.clone());
        let is_new = self.end() > self.saved.back().map_or(0, |saved| saved.at.1);
        let change = (self.now, RewindChange::Settings(settings));
        match self.changes.back_mut() {
            // Between two steps only the last counts; it must not be one that a saved state came after.
            Some(last @ (_, RewindChange::Settings(_))) if is_new && last.0 == change.0 => *last = change,
            _ => self.changes.push_back(change),
        }
    }

    /// The state was changed by hand.
    pub fn note_hand(&mut self, live: &mut S) {
        self.note_settings(live);
        let is_of_hand = matches!(self.changes.back(), Some((step, RewindChange::ByHand)) if *step == self.now);
        if is_of_hand
            && self.saved.len() > 1
            && self.saved.back().is_some_and(|saved| saved.at == (self.now, self.end()))
        {
            // One step back takes both back: nothing returns to the state between them.
            self.spare = self.saved.pop_back().map(|saved| saved.state);
        } else {
            self.changes.push_back((self.now, RewindChange::ByHand));
        }
        self.save(live, false);
    }

    /// Goes back by one step, in which what was done by hand since the last step counts as one. The settings stay as they
    /// are. Returns whether there was an earlier state.
    pub fn step_back(&mut self, live: &mut S) -> bool {
        let Some(place) = self.before((self.now, self.end())) else { return false };
        let present = live.settings();
        let is_there = self.go_to(live, place);
        let is_set = live.set_settings(&present);
        if !is_there || !is_set {
            self.forget(live);
            return is_there;
        }
        self.note_settings(live);
        true
    }

    /// Number of the next change.
    fn end(&self) -> u64 {
        self.forgotten + self.changes.len() as u64
    }

    fn change(&self, k: u64) -> Option<&(u64, RewindChange<S::Settings>)> {
        self.changes.get(k.checked_sub(self.forgotten)? as usize)
    }

    /// One step earlier: before the changes by hand since the last step, or else after all that was done before the last
    /// step.
    fn before(&self, (step, end): Moment) -> Option<Moment> {
        let first = self.saved.front()?.at;
        let (mut start, mut hand) = (end, None);
        for k in (self.forgotten..end).rev() {
            match self.change(k) {
                Some((made, change)) if *made == step => {
                    start = k;
                    if matches!(change, RewindChange::ByHand) {
                        hand = Some(k);
                    }
                }
                _ => break,
            }
        }
        // `start` is the first change after the last step: all before it belong to earlier steps.
        let place = match hand {
            Some(k) => (step, k),
            None => (step.checked_sub(1)?, start),
        };
        (place >= first).then_some(place)
    }

    /// Restores the state at a place, and forgets what came after; false when that cannot be done.
    fn go_to(&mut self, live: &mut S, (step, end): Moment) -> bool {
        let is_later = |saved: &SavedStep<S>| saved.at.0 > step || saved.at.1 > end;
        while self.saved.back().is_some_and(is_later) {
            self.spare = self.saved.pop_back().map(|saved| saved.state);
        }
        let Some(saved) = self.saved.back() else { return false };
        let (mut at, mut next) = saved.at;
        let settings = saved.settings.clone();
        if !live.restore(&saved.state) || !live.set_settings(&settings) {
            return false;
        }
        self.settings = Some(settings);
        let near = self.near_limit() as u64;
        let from = at;
        loop {
            while let Some((made, change)) = self.change(next).filter(|_| next < end) {
                if *made > at {
                    break;
                }
                if let RewindChange::Settings(settings) = change {
                    let settings = settings.clone();
                    if !live.set_settings(&settings) {
                        return false;
                    }
                    self.settings = Some(settings);
                }
                next += 1;
            }
            if at > from && at + near > step {
                self.save_at(live, (at, next), true);
            }
            if at == step {
                break;
            }
            // To the next change, or to the first state that is saved on the way.
            let first_saved = step.saturating_sub(near - 1).max(at + 1);
            let changed = self.change(next).filter(|_| next < end).map_or(step, |(made, _)| *made);
            let to = first_saved.min(changed).min(step).max(at + 1);
            live.advance((to - at) as u32);
            at = to;
        }
        self.now = step;
        self.changes.truncate((end - self.forgotten) as usize);
        true
    }

    fn save(&mut self, live: &mut S, is_near: bool) {
        self.save_at(live, (self.now, self.end()), is_near);
    }

    fn save_at(&mut self, live: &mut S, at: Moment, is_near: bool) {
        let limit = if is_near { self.near_limit() } else { self.limit() };
        while self.saved.iter().filter(|saved| saved.is_near == is_near).count() >= limit {
            let Some(oldest) = self.saved.iter().position(|saved| saved.is_near == is_near) else { break };
            self.spare = self.saved.remove(oldest).map(|saved| saved.state);
        }
        let state = live.save(self.spare.take());
        let settings = self.settings.get_or_insert_with(|| live.settings()).clone();
        self.saved.push_back(SavedStep { at, state, settings, is_near });
        while self.saved.len() > 1 && self.settings_bytes() > MAX_SETTINGS_BYTES {
            self.saved.pop_front();
        }
        // A replay cannot start from before the first state, nor from a state that a longer one left.
        while self.saved.len() > 1 && self.saved.front().is_some_and(|saved| saved.is_near) {
            self.saved.pop_front();
        }
        let first = self.saved.front().map_or(0, |saved| saved.at.1);
        while self.forgotten < first && self.changes.pop_front().is_some() {
            self.forgotten += 1;
        }
    }

    fn settings_bytes(&self) -> usize {
        let later = self.saved.iter().skip(1);
        self.saved.iter().zip(later).map(|(a, b)| S::added_bytes(&b.settings, &a.settings)).sum()
    }

    fn bytes(&self) -> usize {
        self.saved.back().map_or(1, |saved| S::state_bytes(&saved.state).max(1))
    }

    /// Most states that replays start from.
    fn limit(&self) -> usize {
        (MAX_BYTES / self.bytes()).clamp(2, MAX_SAVED)
    }

    fn near_limit(&self) -> usize {
        (MAX_NEAR_BYTES / self.bytes()).clamp(1, MAX_NEAR)
    }

    /// Steps from one saved state to the next.
    fn apart(&self) -> usize {
        REACH.div_ceil(self.limit()).clamp(MIN_APART, MAX_APART)
    }
}

/// Steps back through a life to its beginning; `states` are all that it went through.
#[cfg(test)]
pub(crate) fn assert_steps_back(simulation: &mut dyn super::Simulation, mut states: Vec<super::LiveState>) {
    let all = states.len();
    while simulation.step_back() {
        states.pop();
        assert!(Some(&simulation.live_state()) == states.last(), "{} of {all}", states.len());
    }
    assert_eq!(states.len(), 1, "as far as to the beginning");
    assert!(simulation.take_fault().is_none());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number that each step changes, with settings that all later numbers depend on.
    #[derive(Clone, Debug, PartialEq)]
    struct Count {
        value: u64,
        steps: u64,
        factor: u64,
        /// Memory of a state that it states, bytes.
        bytes: usize,
        /// Steps that were made, those of replays as well.
        work: u64,
    }

    impl Count {
        fn new(bytes: usize) -> Self {
            Self { value: 1, steps: 0, factor: 3, bytes, work: 0 }
        }
    }

    impl Rewindable for Count {
        type State = [u64; 3];
        type Settings = u64;
        fn settings(&self) -> u64 {
            self.factor
        }
        fn set_settings(&mut self, factor: &u64) -> bool {
            self.factor = *factor;
            true
        }
        fn is_same(a: &u64, b: &u64) -> bool {
            a == b
        }
        fn added_bytes(settings: &u64, before: &u64) -> usize {
            usize::from(settings != before)
        }
        fn save(&mut self, _: Option<[u64; 3]>) -> [u64; 3] {
            [self.value, self.steps, self.bytes as u64]
        }
        fn restore(&mut self, state: &[u64; 3]) -> bool {
            [self.value, self.steps, _] = *state;
            true
        }
        fn state_bytes(state: &[u64; 3]) -> usize {
            state[2] as usize
        }
        fn advance(&mut self, steps: u32) {
            for _ in 0..steps {
                self.value = self.value.wrapping_mul(self.factor).wrapping_add(self.steps);
                self.steps += 1;
            }
            self.work += u64::from(steps);
        }
    }

    /// A life of 1200 steps with changes of all kinds, and each value on the way.
    fn lived(bytes: usize) -> (Count, RewindBuffer<Count>, Vec<u64>) {
        let (mut live, mut past) = (Count::new(bytes), RewindBuffer::default());
        past.forget(&mut live);
        let mut values = vec![live.value];
        for step in 0..1200u64 {
            if step % 37 == 5 {
                live.factor = step;
                past.note_settings(&mut live);
            }
            if step % 101 == 50 {
                live.value ^= step << 20;
                past.note_hand(&mut live);
                values.push(live.value);
            }
            past.run(&mut live, 1);
            values.push(live.value);
        }
        (live, past, values)
    }

    #[test]
    fn each_step_back_restores_the_state_that_was_there() {
        for bytes in [8, 1 << 20, 16 << 20] {
            let (mut live, mut past, mut values) = lived(bytes);
            let factor = live.factor;
            let mut back = 0;
            while past.step_back(&mut live) {
                values.pop();
                back += 1;
                assert_eq!(Some(&live.value), values.last(), "{bytes} bytes, {back} back");
                assert_eq!(live.factor, factor, "the settings stay as they are");
            }
            assert!(back >= 300, "{bytes} bytes: only {back} steps back");
        }
    }

    #[test]
    fn holding_the_key_replays_few_steps_for_each_one_back() {
        for (bytes, most) in [(8, 2), (16 << 20, 30)] {
            let (mut live, mut past, _) = lived(bytes);
            live.work = 0;
            (0..200).for_each(|_| assert!(past.step_back(&mut live)));
            assert!(live.work <= 200 * most, "{bytes} bytes: {} steps were run again", live.work);
        }
    }

    #[test]
    fn memory_of_the_past_is_bounded() {
        for bytes in [8, 1 << 20, 16 << 20] {
            let (mut live, mut past, _) = lived(bytes);
            let within = |past: &RewindBuffer<Count>| past.saved.len() * bytes <= MAX_BYTES + MAX_NEAR_BYTES;
            assert!(within(&past) && past.saved.len() <= MAX_SAVED);
            for _ in 0..150 {
                past.step_back(&mut live);
                assert!(within(&past), "{} states", past.saved.len());
            }
            past.run(&mut live, 5000);
            assert!(within(&past) && past.changes.len() < 1300);
        }
    }

    #[test]
    fn another_future_may_follow_a_step_back() {
        let (mut live, mut past, _) = lived(8);
        (0..20).for_each(|_| assert!(past.step_back(&mut live)));
        let there = live.clone();
        live.factor = 7;
        past.note_settings(&mut live);
        past.run(&mut live, 30);
        (0..30).for_each(|_| assert!(past.step_back(&mut live)));
        assert_eq!((live.value, live.steps, live.factor), (there.value, there.steps, 7));
    }

    #[test]
    fn nothing_is_before_the_first_state() {
        let (mut live, mut past) = (Count::new(8), RewindBuffer::default());
        past.forget(&mut live);
        assert!(!past.step_back(&mut live));
        past.run(&mut live, 1);
        assert!(past.step_back(&mut live) && !past.step_back(&mut live));
    }
}
