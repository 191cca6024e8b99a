//! A control repo: where its manifests, modules and data are.

use super::{Modules, PuppetfileModule, Reader, codes, conf, puppetfile};
use crate::{
    diag::{Diagnostic, Result, Sink},
    source::Location,
};
use ecow::EcoString;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Where a user says the pieces of a repo are; what is `None` comes from `environment.conf` or Puppet's defaults.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The repo's folder.
    pub root: PathBuf,
    /// `--environment`.
    pub environment: Option<String>,
    /// `--modulepath`, entries separated by `:`.
    pub modulepath: Option<String>,
    /// `--basemodulepath`, entries separated by `:`.
    pub basemodulepath: Option<String>,
    /// `--manifest`.
    pub manifest: Option<PathBuf>,
    /// `--hiera-config`, the global layer.
    pub hiera_config: Option<PathBuf>,
}

/// A control repo.
#[derive(Clone, Debug)]
pub struct Repo {
    /// Its folder.
    pub root: PathBuf,
    /// The environment's name where it was given; else the ENC's, else `production`.
    pub environment: Option<String>,
    /// The module path, in order.
    pub module_path: Vec<PathBuf>,
    /// The site manifest or the folder of site manifests, if it is there.
    pub manifest: Option<PathBuf>,
    /// The global layer's `hiera.yaml`.
    pub hiera_config: Option<PathBuf>,
    /// `environment_data_provider` of `environment.conf`.
    pub environment_data_provider: Option<String>,
    /// `config_version` of `environment.conf`, a command line, with its place.
    pub config_version: Option<(String, Location)>,
    /// The modules.
    pub modules: Modules,
    /// What the Puppetfile deploys.
    pub puppetfile: Vec<PuppetfileModule>,
}

impl Repo {
    /// Finds out where everything is.
    ///
    /// # Errors
    /// Gives a folder that is no control repo, and a manifest that was named and is not there.
    pub fn open(layout: &Layout, reader: Reader<'_>, sink: &Sink) -> Result<Self> {
        check(layout, reader)?;
        let conf_path = layout.root.join("environment.conf");
        let settings = match reader.world.is_file(&conf_path) {
            true => conf::parse(&reader.text(&conf_path)?),
            false => conf::EnvironmentConf::default(),
        };
        settings.found.iter().for_each(|found| sink.push(found.clone()));
        let module_path = module_path(layout, settings.modulepath.as_deref());
        let manifest = manifest(layout, settings.manifest.as_deref(), reader)?;
        let modules = Modules::list(&module_path, reader);
        let listed = reader.text(&layout.root.join("Puppetfile"));
        Ok(Self {
            root: layout.root.clone(),
            environment: layout.environment.clone(),
            module_path,
            manifest,
            hiera_config: layout.hiera_config.clone(),
            environment_data_provider: settings.data_provider,
            config_version: settings.config_version,
            modules,
            puppetfile: listed.map(|source| puppetfile(source.text())).unwrap_or_default(),
        })
    }

    /// Returns the modules that are the site's own: those in the repo that no Puppetfile deploys.
    #[must_use]
    pub fn own_modules(&self) -> BTreeSet<EcoString> {
        let deployed = |name: &EcoString| self.puppetfile.iter().any(|module| module.name == *name);
        let own = self
            .modules
            .iter()
            .filter(|module| module.root.starts_with(&self.root) && !deployed(&module.name));
        own.map(|module| module.name.clone()).collect()
    }

    /// Says how to get a module that is not on the module path.
    #[must_use]
    pub fn way_to_module(&self, name: &str) -> String {
        let listed = self.puppetfile.iter().find(|module| module.name == name);
        match listed {
            Some(module) => format!(
                "`{}` is in line {} of the Puppetfile and not deployed: run `r10k puppetfile install` or \
                 `g10k -puppetfile` in the repo's folder",
                module.full_name, module.line
            ),
            None if self.puppetfile.is_empty() => {
                "put it into `modules/`, or name the folder that has it by `--modulepath`".into()
            }
            None => format!(
                "the Puppetfile does not name it: add `mod '…-{name}'` and run `r10k puppetfile install` or \
                 `g10k -puppetfile`, or name the folder that has it by `--modulepath`"
            ),
        }
    }

    /// Returns a warning for each module that another depends on and that is not there.
    #[must_use]
    pub fn missing_dependencies(&self) -> Vec<Diagnostic> {
        let warning = |(module, needed): (&EcoString, &EcoString)| {
            let message = format!("module `{module}` depends on `{needed}`, which is not on the module path");
            Diagnostic::warning(&codes::MISSING_MODULE, message).help(self.way_to_module(needed))
        };
        self.modules.missing().map(warning).collect()
    }
}

fn check(layout: &Layout, reader: Reader<'_>) -> Result<()> {
    let root = &layout.root;
    if !reader.world.is_dir(root) {
        let message = format!("`{}` is no folder", root.display());
        return Err(Box::new(Diagnostic::error(&codes::NO_REPO, message)));
    }
    let folders = ["manifests", "modules", "site", "site-modules"];
    let files = ["environment.conf", "hiera.yaml", "Puppetfile"];
    let looks_like = layout.manifest.is_some()
        || folders.iter().any(|name| reader.world.is_dir(&root.join(name)))
        || files.iter().any(|name| reader.world.is_file(&root.join(name)));
    if looks_like {
        return Ok(());
    }
    let message = format!("`{}` does not look like a control repo", root.display());
    let help = "it has neither `manifests/`, `modules/`, `environment.conf`, `hiera.yaml` nor a `Puppetfile`";
    Err(Box::new(Diagnostic::error(&codes::NO_REPO, message).help(help)))
}

fn module_path(layout: &Layout, configured: Option<&str>) -> Vec<PathBuf> {
    let given = layout.modulepath.as_deref().map(|path| (path, Path::new("")));
    let (path, base) = given.unwrap_or((configured.unwrap_or("modules:$basemodulepath"), &layout.root));
    let mut folders = Vec::new();
    for entry in path.split(':').filter(|entry| !entry.is_empty()) {
        if entry == "$basemodulepath" {
            let basic = layout.basemodulepath.as_deref().unwrap_or_default();
            folders.extend(basic.split(':').filter(|entry| !entry.is_empty()).map(PathBuf::from));
        } else {
            folders.push(base.join(entry));
        }
    }
    folders
}

fn manifest(layout: &Layout, configured: Option<&str>, reader: Reader<'_>) -> Result<Option<PathBuf>> {
    let there = |path: &Path| reader.world.is_file(path) || reader.world.is_dir(path);
    if let Some(given) = &layout.manifest {
        if there(given) {
            return Ok(Some(given.clone()));
        }
        let message = format!("the manifest `{}` is not there", given.display());
        return Err(Box::new(Diagnostic::error(&codes::UNREADABLE, message)));
    }
    let path = layout.root.join(configured.unwrap_or("manifests"));
    Ok(there(&path).then_some(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryWorld;

    #[test]
    fn environment_conf_gives_the_module_path() {
        let world = MemoryWorld::default()
            .with(
                "/r/environment.conf",
                "# x\nmodulepath = site:modules:$basemodulepath\nmanifest = site.pp\n",
            )
            .with("/r/site.pp", "")
            .with("/r/site/profile/manifests/init.pp", "")
            .with("/base/ntp/metadata.json", "{\"dependencies\": [{\"name\": \"puppetlabs/stdlib\"}]}")
            .with("/r/Puppetfile", "mod 'puppetlabs-stdlib', '9.0.0'\n");
        let reader =
            Reader { world: &world, yaml: &|_| Ok(crate::value::Value::Undef), root: Path::new("/r") };
        let layout = Layout { root: "/r".into(), basemodulepath: Some("/base".into()), ..Layout::default() };
        let repo = Repo::open(&layout, reader, &Sink::default()).unwrap();
        assert_eq!(repo.module_path, ["/r/site", "/r/modules", "/base"].map(PathBuf::from));
        assert_eq!(repo.manifest, Some("/r/site.pp".into()));
        let missing = repo.missing_dependencies();
        assert!(missing[0].message().contains("`stdlib`"));
        assert!(missing[0].help_line().unwrap().contains("r10k"));
    }
}
