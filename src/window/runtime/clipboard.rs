//! The system's clipboard, from a thread of its own: under X11 it is another program that answers, late or never, and no
//! frame waits for it.

use std::time::{Duration, Instant};

use crate::jobs::{Cores, Inbox, JobName, Outbox, Worker};

/// Time after which a notice reports that the owner of the clipboard does not answer.
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
    /// The owner of the clipboard has not answered.
    Silence,
}

enum ClipboardRequest {
    Write(String),
    Read(ClipboardReader),
}

/// Requests that may wait: an owner that does not answer takes some seconds for each.
const REQUEST_CAPACITY: usize = 32;

/// The thread; requests are carried out in their order.
pub struct Clipboard {
    worker: Worker<ClipboardRequest, ClipboardAnswer>,
    /// Texts on their way into a field.
    pasted: Vec<String>,
    /// Time of the pending request; `None` once the user was notified that it is late.
    asked: Option<Instant>,
    patience: Duration,
}

impl Default for Clipboard {
    fn default() -> Self {
        Self::of(System::default)
    }
}

impl Clipboard {
    fn of<S: ClipboardSource>(source: impl Fn() -> S + Send + 'static) -> Self {
        let name = JobName { thread: "clipboard", what: "The clipboard" };
        let worker = Worker::start(name, Cores::Shared, Inbox::Queue(REQUEST_CAPACITY), move || {
            let mut source = source();
            move |request: ClipboardRequest, outbox: &Outbox<ClipboardAnswer>| match request {
                ClipboardRequest::Write(text) => {
                    source.write(text).unwrap_or_else(|why| outbox.send(ClipboardAnswer::Fault(why)));
                }
                ClipboardRequest::Read(reader) => outbox.send(match source.read() {
                    Ok(Some(text)) => ClipboardAnswer::Text(reader, text),
                    Ok(None) => ClipboardAnswer::Silence,
                    Err(why) => ClipboardAnswer::Fault(why),
                }),
            }
        });
        Self { worker, pasted: Vec::new(), asked: None, patience: SILENCE }
    }

    pub fn write(&self, text: String) {
        self.worker.order(ClipboardRequest::Write(text));
    }

    /// Answered by [`Self::answers`].
    pub fn read(&mut self, reader: ClipboardReader) {
        self.asked = Some(Instant::now());
        self.worker.order(ClipboardRequest::Read(reader));
    }

    /// What has come since the last call; texts for a field are kept for it.
    pub fn answers(&mut self) -> Vec<ClipboardAnswer> {
        let mut others = Vec::new();
        let faults = self.worker.faults().map(|fault| ClipboardAnswer::Fault(fault.to_string()));
        for answer in self.worker.events().chain(faults) {
            self.asked = None;
            match answer {
                ClipboardAnswer::Text(ClipboardReader::TextField, text) => self.pasted.push(text),
                // Reported already, as it takes longer than patience lasts.
                ClipboardAnswer::Silence => {}
                other => others.push(other),
            }
        }
        if self.asked.take_if(|asked| asked.elapsed() > self.patience).is_some() {
            others.push(ClipboardAnswer::Silence);
        }
        others
    }

    /// Texts that have come for the text field that has the keyboard.
    pub fn take_pasted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.pasted)
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.worker.end(FAREWELL);
    }
}

/// Where texts come from and go to; both may take their time. Errors are one sentence.
trait ClipboardSource {
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
    use crossbeam_channel::{Receiver, bounded};

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
        let mut clipboard = Clipboard::of(move || Slow { text: "before".into(), go: gone.clone() });
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
        let mut clipboard = Clipboard::of(move || Slow { text: String::new(), go: gone.clone() });
        clipboard.read(ClipboardReader::Picture);
        // Returns although the other program has not answered.
        drop(clipboard);
        drop(go);
    }

    #[test]
    fn a_late_clipboard_is_reported_once_and_still_used() {
        let (go, gone) = bounded(1);
        let mut clipboard = Clipboard::of(move || Slow { text: "late".into(), go: gone.clone() });
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
        let mut clipboard = Clipboard::of(move || Slow { text: "a name".into(), go: gone.clone() });
        clipboard.read(ClipboardReader::TextField);
        go.send(()).unwrap();
        assert_eq!(wait(&mut clipboard), []);
        assert_eq!(clipboard.pasted, ["a name"]);
    }

    #[test]
    fn a_panic_of_the_source_is_one_fault() {
        struct Broken;
        impl ClipboardSource for Broken {
            fn read(&mut self) -> Result<Option<String>, String> {
                panic!("on purpose")
            }

            fn write(&mut self, _: String) -> Result<(), String> {
                Ok(())
            }
        }
        let mut clipboard = Clipboard::of(|| Broken);
        clipboard.read(ClipboardReader::Picture);
        let answers = wait(&mut clipboard);
        assert!(
            matches!(&answers[..], [ClipboardAnswer::Fault(why)] if why.contains("bug in the program")),
            "{answers:?}"
        );
        assert_eq!(clipboard.asked, None, "it is not late as well");
    }
}
