//! The flags of a PuppetDB.

use crate::{
    compile::{Exported, NOT_WRITTEN},
    diag::{Diagnostic, Result},
    inputs::{FLAG, PuppetDb, PuppetDbSettings, Reader, is_address},
};
use clap::Args;
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a PuppetDB is, and who asks it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "PuppetDB")]
pub(super) struct PuppetDbArguments {
    /// A PuppetDB or a recorded answer file
    #[arg(long = "puppetdb", value_name = "URL|FILE")]
    location: Option<String>,
    /// The authority that signed the PuppetDB's certificate, in PEM
    #[arg(long = "puppetdb-ca", value_name = "FILE", requires = "location")]
    ca: Option<PathBuf>,
    /// The client's certificate, in PEM
    #[arg(long = "puppetdb-cert", value_name = "FILE", requires = "location")]
    cert: Option<PathBuf>,
    /// The client's private key, in PEM
    #[arg(long = "puppetdb-key", value_name = "FILE", requires = "location")]
    key: Option<PathBuf>,
    /// Write what the PuppetDB answers to a file that `--puppetdb` can read later
    #[arg(long = "puppetdb-record", value_name = "FILE")]
    record: Option<PathBuf>,
}

impl PuppetDbArguments {
    /// Opens the PuppetDB that the flags name, else that of the settings file; nothing is asked yet.
    ///
    /// # Errors
    /// Gives certificates and recorded answers that cannot be read.
    pub(super) fn open(
        &self,
        configured: Option<PuppetDbSettings>,
        reader: Reader<'_>,
    ) -> Result<Option<Arc<PuppetDb>>> {
        let given = self.location.clone().map(|location| PuppetDbSettings {
            location,
            ca: self.ca.clone(),
            cert: self.cert.clone(),
            key: self.key.clone(),
        });
        let Some(settings) = given.or(configured) else { return Ok(None) };
        let location = &settings.location;
        if self.record.is_some() && !is_address(location) {
            let message = format!("`--puppetdb-record` needs a server, `{location}` is a file");
            let help = "write `--puppetdb https://HOST:8081`";
            return Err(Box::new(Diagnostic::error(&FLAG, message).help(help)));
        }
        PuppetDb::open(&settings, reader).map(|it| Some(Arc::new(it)))
    }

    /// Lets collectors ask the PuppetDB.
    ///
    /// # Errors
    /// Gives that none is named.
    pub(super) fn required(puppetdb: Option<&PuppetDb>) -> Result<Exported> {
        if puppetdb.is_some() {
            return Ok(Exported::PuppetDb);
        }
        let message = "`--exported puppetdb` needs a PuppetDB";
        Err(Box::new(
            Diagnostic::error(&FLAG, message)
                .help("give `--puppetdb URL|FILE`, or `[puppetdb]` in the file of `--config`"),
        ))
    }

    /// Writes the record that was asked for; what is in it may be secret, so that only its owner can read it.
    ///
    /// # Errors
    /// Gives a file that cannot be written.
    pub(super) fn write_record(&self, puppetdb: Option<&PuppetDb>) -> Result<()> {
        let (Some(path), Some(puppetdb)) = (&self.record, puppetdb) else { return Ok(()) };
        write_private(path, &puppetdb.record()).map_err(|found| {
            let message = format!("`{}` cannot be written: {found}", path.display());
            Box::new(Diagnostic::error(&NOT_WRITTEN, message))
        })
    }
}

/// Temporary files are readable by their owner only, and stay so under their new name.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|found| found.error)?;
    Ok(())
}
