//! Files in memory, for the tests of this module.

use super::{Folder, Store};
use std::collections::BTreeMap;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

/// A file whose bytes can be looked at while and after it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Shared {
    pub(super) fn store(&self) -> Box<dyn Store> {
        Box::new(self.clone())
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().get_ref().clone()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.lock().unwrap().seek(to)
    }
}

/// A folder of such files.
#[derive(Debug, Default)]
pub(super) struct Memory(pub(super) BTreeMap<String, Shared>);

impl Folder for Memory {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Store>> {
        let file = Shared::default();
        let store = file.store();
        match self.0.insert(name.to_owned(), file) {
            None => Ok(store),
            Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }
}
