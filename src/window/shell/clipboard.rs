//! The system's clipboard, from a thread of its own: under X11 it is another program that answers, late or never, and no
//! frame waits for it.

use std::time::{Duration, Instant};

use bevy_egui::egui::{Context, Event, Key, OutputCommand};
use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::jobs::{Cores, Handle, JobName, start};

/// Time after which a notice says that the owner of the clipboard does not answer.
const SILENCE: Duration = Duration::from_secs(2);

/// At the end, time for the texts of this program to be handed over to one that keeps them.
const FAREWELL: Duration = Duration::from_millis(300);

/// Who wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipboardReader {
    /// Particles are pasted.
    Picture,
    /// The text field that has the keyboard.
    TextField,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClipboardAnswer {
    /// Empty where the clipboard holds no text.
    Text(ClipboardReader, String),
    /// One sentence.
    Fault(String),
    /// Nobody has answered.
    Silence,
}

enum ClipboardRequest {
    Write(String),
    Read(ClipboardReader),
}

/// The thread; requests are carried out in their order.
pub struct Clipboard {
    wishes: Option<Sender<ClipboardRequest>>,
    answers: Receiver<ClipboardAnswer>,
    thread: Option<Handle>,
    /// Texts on their way into a field.
    pasted: Vec<String>,
    /// Time of the pending request; `None` once the user was notified that it is late.
    asked: Option<Instant>,
    patience: Duration,
}

impl Default for Clipboard {
    fn default() -> Self {
        Self::of(System::default())
    }
}

impl Clipboard {
    fn of(mut source: impl ClipboardSource) -> Self {
        let (wishes, inbox) = unbounded();
        let (outbox, answers) = unbounded();
        let told = outbox.clone();
        let work = move || {
            while let Ok(wish) = inbox.recv() {
                let answer =
                    match wish {
                        ClipboardRequest::Write(text) => source.write(text).err().map(ClipboardAnswer::Fault),
                        ClipboardRequest::Read(reader) => {
                            let text = |text| ClipboardAnswer::Text(reader, text);
                            Some(source.read().map_or_else(ClipboardAnswer::Fault, |read| {
                                read.map_or(ClipboardAnswer::Silence, text)
                            }))
                        }
                    };
                // Fails only when the program is ending.
                answer.into_iter().for_each(|answer| _ = outbox.send(answer));
            }
        };
        let thread = start(JobName { thread: "clipboard", what: "The clipboard" }, Cores::Shared, work);
        let thread = thread.map_err(|fault| told.send(ClipboardAnswer::Fault(fault.to_string()))).ok();
        Self {
            wishes: thread.is_some().then_some(wishes),
            answers,
            thread,
            pasted: Vec::new(),
            asked: None,
            patience: SILENCE,
        }
    }

    pub fn write(&self, text: String) {
        self.ask(ClipboardRequest::Write(text));
    }

    /// Answered by [`Self::answers`].
    pub fn read(&mut self, reader: ClipboardReader) {
        self.asked = Some(Instant::now());
        self.ask(ClipboardRequest::Read(reader));
    }

    fn ask(&self, wish: ClipboardRequest) {
        if let Some(wishes) = &self.wishes {
            // Fails only where the thread has ended, which was reported on stderr.
            let _ = wishes.send(wish);
        }
    }

    /// What has come since the last call; texts for a field are kept for it.
    pub fn answers(&mut self) -> Vec<ClipboardAnswer> {
        let mut others = Vec::new();
        for answer in self.answers.try_iter() {
            self.asked = None;
            match answer {
                ClipboardAnswer::Text(ClipboardReader::TextField, text) => self.pasted.push(text),
                // Told already, as it takes longer than patience lasts.
                ClipboardAnswer::Silence => {}
                other => others.push(other),
            }
        }
        if self.asked.take_if(|asked| asked.elapsed() > self.patience).is_some() {
            others.push(ClipboardAnswer::Silence);
        }
        others
    }

    /// Before the panels: the keys of the clipboard, for the text field that has the keyboard.
    pub fn before_panels(&mut self, ctx: &Context) {
        let pasted = std::mem::take(&mut self.pasted);
        if !ctx.text_edit_focused() {
            return;
        }
        let mut reads = 0;
        ctx.input_mut(|input| {
            let mut more: Vec<Event> = pasted.into_iter().map(Event::Paste).collect();
            for event in &input.events {
                let Event::Key { key, pressed: true, modifiers, .. } = event else { continue };
                match key {
                    _ if !modifiers.command || modifiers.shift || modifiers.alt => {}
                    Key::C => more.push(Event::Copy),
                    Key::X => more.push(Event::Cut),
                    Key::V => reads += 1,
                    _ => {}
                }
            }
            input.events.extend(more);
        });
        (0..reads).for_each(|_| self.read(ClipboardReader::TextField));
    }

    /// After the panels: what a text field copied.
    pub fn after_panels(&self, ctx: &Context) {
        ctx.output(|output| {
            for command in &output.commands {
                if let OutputCommand::CopyText(text) = command {
                    self.write(text.clone());
                }
            }
        });
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.wishes = None;
        if let Some(thread) = self.thread.take() {
            thread.wait_for(FAREWELL);
        }
    }
}

/// Where texts come from and go to; both may take their time. Errors are one sentence.
trait ClipboardSource: Send + 'static {
    /// `None`: no answer yet.
    fn read(&mut self) -> Result<Option<String>, String>;
    fn write(&mut self, text: String) -> Result<(), String>;
}

/// The system's own, opened when it is first wanted.
#[derive(Default)]
struct System(Option<arboard::Clipboard>);

impl System {
    fn open(&mut self) -> Result<&mut arboard::Clipboard, String> {
        if self.0.is_none() {
            let opened = arboard::Clipboard::new();
            self.0 = Some(opened.map_err(|why| {
                let wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty());
                let next = if wayland { " Xwayland lends this session one: install and start it." } else { "" };
                format!("The system's clipboard cannot be used ({why}).{next}")
            })?);
        }
        self.0.as_mut().ok_or_else(String::new)
    }
}

impl ClipboardSource for System {
    fn read(&mut self) -> Result<Option<String>, String> {
        let began = Instant::now();
        match self.open()?.get_text() {
            Ok(text) => Ok(Some(text)),
            Err(_) if began.elapsed() >= SILENCE => Ok(None),
            // Empty, or an image.
            Err(arboard::Error::ContentNotAvailable) => Ok(Some(String::new())),
            Err(why) => Err(format!("The clipboard could not be read ({why}): copy again.")),
        }
    }

    fn write(&mut self, text: String) -> Result<(), String> {
        let written = self.open()?.set_text(text);
        written.map_err(|why| format!("Nothing was copied, as the clipboard could not be written ({why})."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::bounded;

    /// An owner of the clipboard that answers on demand.
    struct Slow {
        text: String,
        go: Receiver<()>,
    }

    impl ClipboardSource for Slow {
        fn read(&mut self) -> Result<Option<String>, String> {
            self.go.recv().map_err(|_| "It has hung up.".to_owned())?;
            Ok(Some(self.text.clone()))
        }

        fn write(&mut self, text: String) -> Result<(), String> {
            self.text = text;
            Ok(())
        }
    }

    fn wait(clipboard: &mut Clipboard) -> Vec<ClipboardAnswer> {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            let answers = clipboard.answers();
            if !answers.is_empty() || !clipboard.pasted.is_empty() {
                return answers;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("no answer")
    }

    #[test]
    fn a_slow_clipboard_blocks_no_frame() {
        let (go, gone) = bounded(1);
        let mut clipboard = Clipboard::of(Slow { text: "before".into(), go: gone });
        clipboard.write("x,y\n1,2".into());
        // These would never return if they waited.
        clipboard.read(ClipboardReader::Picture);
        assert_eq!(clipboard.answers(), []);
        go.send(()).unwrap();
        assert_eq!(
            wait(&mut clipboard),
            [ClipboardAnswer::Text(ClipboardReader::Picture, "x,y\n1,2".into())],
            "after what was written"
        );
        clipboard.read(ClipboardReader::Picture);
        drop(go);
        assert_eq!(wait(&mut clipboard), [ClipboardAnswer::Fault("It has hung up.".into())]);
    }

    #[test]
    fn a_silent_clipboard_owner_does_not_block_closing() {
        let (go, gone) = bounded::<()>(1);
        let mut clipboard = Clipboard::of(Slow { text: String::new(), go: gone });
        clipboard.read(ClipboardReader::Picture);
        // Returns although the other program has not answered.
        drop(clipboard);
        drop(go);
    }

    #[test]
    fn a_late_clipboard_is_reported_once_and_still_used() {
        let (go, gone) = bounded(1);
        let mut clipboard = Clipboard::of(Slow { text: "late".into(), go: gone });
        clipboard.patience = Duration::from_millis(20);
        clipboard.read(ClipboardReader::Picture);
        assert_eq!(wait(&mut clipboard), [ClipboardAnswer::Silence]);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(clipboard.answers(), [], "once");
        go.send(()).unwrap();
        assert_eq!(wait(&mut clipboard), [ClipboardAnswer::Text(ClipboardReader::Picture, "late".into())]);
    }

    #[test]
    fn a_text_for_a_field_waits_for_the_next_frame() {
        let (go, gone) = bounded(1);
        let mut clipboard = Clipboard::of(Slow { text: "a name".into(), go: gone });
        clipboard.read(ClipboardReader::TextField);
        go.send(()).unwrap();
        assert_eq!(wait(&mut clipboard), []);
        assert_eq!(clipboard.pasted, ["a name"]);
    }
}
