//! Types of `nagios_core`: made of a table of Nagios's objects (`Nagios::Base.newtype :host do setparameters … end`).

use super::{
    Scan,
    calls::Call,
    eval::statements,
    value::{Frame, This, Val},
};
use ecow::EcoString;
use lib_ruby_parser::{Node, nodes::Block};

impl<'a> Scan<'a> {
    /// Notes an object of the table.
    pub(super) fn collect_nagios(&mut self, block: &'a Block) {
        let Node::Send(call) = block.call.as_ref() else { return };
        if let ("newtype", [Node::Sym(name)], Some(body)) =
            (call.method_name.as_str(), call.args.as_slice(), block.body.as_deref())
        {
            self.nagios.insert(name.name.to_string_lossy().into(), body);
        }
    }

    /// `Nagios::Base.type(:host)`: its name, namevar and parameters.
    pub(super) fn nagios_type(&mut self, call: &Call<'a>) -> Val<'a> {
        let Some(name) = call.arguments.first().and_then(Val::name) else { return Val::Unknown };
        let Some(body) = self.nagios.get(name).copied() else { return Val::Unknown };
        let mut parameters = vec![Val::Sym("use".into())];
        let mut namevar = None;
        for node in statements(body) {
            let Node::Send(it) = node else { continue };
            let mut values = self.arguments(&it.args, &mut Frame::new(This::File(EcoString::new())));
            match it.method_name.as_str() {
                "setparameters" => parameters.append(&mut values),
                "setnamevar" | "namevar=" => namevar = values.into_iter().next(),
                _ => {}
            }
        }
        let has = |wanted: &str| parameters.iter().any(|it| it.name().is_some_and(|it| it == wanted));
        let own = format!("{name}_name");
        let named = [EcoString::from("name"), own.into()].into_iter().find(|it| has(it)).map(Val::Sym);
        let Some(namevar) = namevar.or(named) else { return Val::Unknown };
        let mut unique: Vec<Val<'a>> = Vec::new();
        for parameter in parameters {
            if !unique.iter().any(|it| it.same(&parameter) == Some(true)) {
                unique.push(parameter);
            }
        }
        Val::Hash(vec![
            (Val::Sym("name".into()), Val::Sym(name.clone())),
            (Val::Sym("namevar".into()), namevar),
            (Val::Sym("parameters".into()), Val::Array(unique)),
        ])
    }
}
