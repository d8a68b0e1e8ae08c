//! Fuzzes the machine that reads the pickle in a PyTorch file. An input is a pickle; a few storages are added to it.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::{Target, weights};

/// Pickles of any content.
pub const TARGET: Target = Target { name: "pickle", run, seeds };

/// Number of storages beside the pickle, named by their numbers, and bytes of each.
const STORAGES: usize = 3;
const STORAGE: [u8; 512] = [1; 512];

fn run(data: &[u8]) -> bool {
    match archive(data) {
        Ok(file) => weights::open("adapter_model.bin", &file),
        Err(error) => panic!("the archive cannot be written: {error}"),
    }
}

/// A PyTorch file with this pickle.
fn archive(pickle: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("archive/data.pkl", stored)?;
    zip.write_all(pickle)?;
    for number in 0..STORAGES {
        zip.start_file(format!("archive/data/{number}"), stored)?;
        zip.write_all(&STORAGE)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn seeds() -> Vec<Vec<u8>> {
    // An OrderedDict of one tensor: 3 rows of 4 floats in the storage "0".
    let one = b"\x80\x02ccollections\nOrderedDict\n)R(X\x08\0\0\0a.weightctorch._utils\n_rebuild_tensor_v2\n\
                ((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x0ctQK\0K\x03K\x04\x86K\x04K\x01\x86\
                \x89ccollections\nOrderedDict\n)RtRu."
        .to_vec();
    let mut seeds = vec![b"\x80\x02}.".to_vec(), one];
    seeds.extend(fixture());
    seeds
}

/// The pickle of a fixture, which names larger storages than those here.
fn fixture() -> Option<Vec<u8>> {
    let file = weights::fixture("fixtures/parity/adapters/patterns/adapter_model.bin")?;
    let mut archive = ZipArchive::new(Cursor::new(file)).ok()?;
    let name = archive.file_names().flatten().find(|name| name.ends_with("data.pkl"))?.into_owned();
    let mut pickle = Vec::new();
    archive.by_name(&name).ok()?.read_to_end(&mut pickle).ok()?;
    Some(pickle)
}
