//! Native host files: `native/<certname>.toml`.

use super::{Hosts, OutFile, Output, codes};
use crate::diag::{Diagnostic, Result};

/// Writes one TOML file a host.
///
/// # Errors
/// Gives a configuration that has no TOML form: a fault of this program.
pub(super) fn write(hosts: &Hosts<'_>, output: &mut Output) -> Result<()> {
    for (certname, translated) in hosts {
        let text = toml::to_string(&translated.config).map_err(|error| {
            Box::new(Diagnostic::error(&codes::WRITE, format!("`{certname}` has no TOML form: {error}")))
        })?;
        output.files.insert(format!("native/{certname}.toml"), OutFile::text(text));
    }
    Ok(())
}
