//! Types in small.

use super::*;
use crate::restypes::{AutoKind, Rule};

struct Files(Vec<(&'static str, &'static str)>);

impl Library for Files {
    fn require(&self, feature: &str) -> Option<Arc<SourceFile>> {
        let (name, text) = self.0.iter().find(|(name, _)| *name == feature)?;
        Some(SourceFile::new(*name, *text))
    }

    fn has_provider(&self, _: &str) -> bool {
        false
    }
}

fn read(text: &'static str, files: Vec<(&'static str, &'static str)>) -> Result<TypeFacts> {
    let source = SourceFile::new("thing.rb", text);
    scan(&Request { name: "thing", module: None, source, library: &Files(files) })
}

#[test]
fn loops_helpers_and_mixins_are_followed() {
    let text = "require 'puppet_x/mixin'\n\
        Puppet::Type.newtype(:thing) do\n\
          SIZES = %w[small large].freeze\n\
          ensurable\n\
          newparam(:name) { isnamevar }\n\
          def self.check(name, options = {}, &block)\n newparam(name, options, &block)\n end\n\
          check(:creates) { isnamevar }\n\
          SIZES.each { |size| newproperty(\"size_#{size}\".to_sym) }\n\
          { a: 1 }.each { |key, _| newparam(key, namevar: false) }\n\
          include PuppetX::Mixin\n\
          def self.title_patterns\n [[/^(#{/a/i}+):(.*)$/m, [[:name], [:creates, ->(x) { x }]]]]\n end\n\
        end\n";
    let mixin = "module PuppetX\n module Mixin\n def self.included(base)\n base.class_eval do\n newparam :mixed\n \
                 end\n end\n end\n end\n";
    let found = read(text, vec![("puppet_x/mixin", mixin)]).unwrap();
    assert!(found.partly.is_none(), "{:?}", found.partly);
    assert_eq!(found.namevars, ["name", "creates"]);
    assert_eq!(found.properties, ["ensure", "size_small", "size_large"]);
    assert_eq!(found.parameters, ["name", "creates", "a", "mixed"]);
    assert_eq!(found.titles.shown(), ["/^((?i-mx:a)+):(.*)$/4 name,creates"]);
}

#[test]
fn what_is_not_followed_is_told() {
    let partly = |body: &'static str| read(body, Vec::new()).unwrap().partly.map(|it| it.why.to_string());
    let text = "Puppet::Type.newtype(:thing) do\n  newparam(:name)\n  make_it_so(:x)\nend\n";
    assert_eq!(partly(text).unwrap(), "it calls `make_it_so`, which is not known");
    let text =
        "Puppet::Type.newtype(:thing) do\n  newparam(:name)\n  newparam(:x) if Puppet.features.x?\nend\n";
    assert_eq!(partly(text).unwrap(), "attributes are made under a condition that is not known");
    assert!(read("Puppet::Type.newtype(:other) { }\n", Vec::new()).is_err());
    assert!(read("Puppet::Type.newtype(:thing) do\n", Vec::new()).is_err());
}

#[test]
fn types_of_the_resource_api_are_one_hash() {
    let text = "require 'puppet/resource_api'\n\
        Puppet::ResourceApi.register_type(\n  name: 'thing', desc: <<-EOS,\n  text\n  EOS\n  features: [],\n  \
        title_patterns: [{ pattern: %r{^(?<name>.*[^-])-(?<manager>.*)$}, desc: 'both' }],\n  \
        attributes: {\n    ensure: { type: 'Enum[present, absent]', default: 'present' },\n    \
        name: { type: 'String', behaviour: :namevar },\n    manager: { type: 'String', behaviour: :namevar },\n    \
        size: { type: 'Integer' },\n    wait: { type: 'Boolean', behaviour: :parameter },\n  },\n  \
        autorequire: { file: '$source', Package: 'apt' }\n)\n";
    let found = read(text, Vec::new()).unwrap();
    assert_eq!(found.namevars, ["name", "manager"]);
    assert_eq!(found.properties, ["ensure", "size"]);
    assert_eq!(
        found.parse_title("a-b-c").unwrap(),
        [("name".into(), "a-b".into()), ("manager".into(), "c".into())]
    );
    assert_eq!(found.auto[0].rule, Some(Rule::Parameter("source".into())));
    assert_eq!((found.auto[1].kind, found.auto[1].target.as_str()), (AutoKind::Require, "package"));
}

#[test]
fn blocks_of_relations_become_rules() {
    let text = "Puppet::Type.newtype(:thing) do\n  newparam(:name)\n  \
        autorequire(:file) do\n    req = [Pathname.new(self[:path]).parent.to_s]\n    req << self[:target] if self[:target]\n    req.compact\n  end\n  \
        autosubscribe(:user) { self[:name].split('@')[1] }\n  \
        autobefore(:exec) { catalog.resources.map(&:title) }\n  \
        autonotify(:exec) { catalog.resources.select { |r| r.is_a?(Puppet::Type.type(:exec)) } }\n  \
        autorequire(:package) do\n    all = []\n    [:path, :none].each do |p|\n      all << @parameters[p].value if @parameters.include?(p)\n    end\n    all\n  end\nend\n";
    let found = read(text, Vec::new()).unwrap();
    let titles = |at: usize| {
        let values = |name: &str| match name {
            "path" => vec!["/a/b".into()],
            "name" => vec!["x@y".into()],
            _ => Vec::new(),
        };
        found.auto[at].rule.as_ref().map(|rule| rule.titles(&values))
    };
    assert_eq!(titles(0).unwrap(), ["/a"]);
    assert_eq!(titles(1).unwrap(), ["y"]);
    assert_eq!(titles(2), None);
    assert_eq!(found.auto[3].rule, Some(Rule::All));
    assert_eq!(titles(4).unwrap(), ["/a/b"]);
}

#[test]
fn hostile_types_end() {
    let growing: &'static str = Box::leak(
        format!(
            "Puppet::Type.newtype(:thing) do\n  newparam(:name)\n  a = ['x', 'y']\n{}end\n",
            "  a += a\n  b = [a, a]\n  a << b\n".repeat(80)
        )
        .into_boxed_str(),
    );
    assert!(read(growing, Vec::new()).is_ok());
    let endless = "Puppet::Type.newtype(:thing) do\n  newparam(:name)\n  def self.x(a)\n    x([a, a])\n  end\n  x(1)\nend\n";
    assert!(read(endless, Vec::new()).unwrap().partly.is_some());
    let deep = format!(
        "Puppet::Type.newtype(:thing) do\n  newparam(:name)\n  autorequire(:file) {{ {}1{} }}\nend\n",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let deep: &'static str = Box::leak(deep.into_boxed_str());
    assert!(read(deep, Vec::new()).unwrap().auto[0].rule.is_none());
}
