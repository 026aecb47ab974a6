//! The grammar: operator precedence parsing, as in the reference implementation.

use std::collections::BTreeSet;

use super::tokens::{Token, Tokens};
use super::{Fault, MAX_NESTING, References, Unbound};

/// Reads an expression, without the `{%` and `%}` around it.
pub(crate) fn parse(text: &str) -> Result<References, Fault> {
    let mut tokens = Tokens::new(text);
    let (token, at) = tokens.next(false)?;
    let mut parser =
        Parser { tokens, token, at, depth: 0, found: References::default(), bound: BTreeSet::new() };
    parser.expression(0, Item::None)?;
    if parser.token != Token::End {
        return Err(parser.unexpected("after the end of the expression"));
    }
    let Parser { mut found, bound, .. } = parser;
    found.variables.retain(|name| !bound.contains(name));
    Ok(found)
}

/// The item that names are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    /// None: the place is outside of every path.
    None,
    /// None, in the body of a function.
    OfFunction,
    /// That of a step before, of a filter, of a group and so on.
    Given,
}

/// As much of an operand as decides what may follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Name(String),
    /// A string literal, which in a path is a name as well.
    Text(String),
    /// The words that begin a function.
    Function,
    /// `$states`.
    States,
    Variable(String),
    /// A number, `true`, `false` or `null`.
    Constant,
    Other,
}

struct Parser {
    tokens: Tokens,
    /// The token to be read next, and where it begins.
    token: Token,
    at: usize,
    depth: usize,
    found: References,
    /// Variables that the expression gives a value itself.
    bound: BTreeSet<String>,
}

impl Parser {
    fn expression(&mut self, power: u8, item: Item) -> Result<Operand, Fault> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Fault::TooDeep);
        }
        let (token, at) = self.take(true)?;
        let mut left = self.operand(token, at, item)?;
        while power < binding(&self.token) {
            let (token, at) = self.take(false)?;
            left = self.operation(left, &token, at, item)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Goes on to the next token and returns the one before.
    fn take(&mut self, infix: bool) -> Result<(Token, usize), Fault> {
        let (token, at) = self.tokens.next(infix)?;
        Ok((std::mem::replace(&mut self.token, token), std::mem::replace(&mut self.at, at)))
    }

    fn is(&self, operator: &'static str) -> bool {
        self.token == Token::Operator(operator)
    }

    /// Goes past `operator`, or says that it is missing.
    fn expect(&mut self, operator: &'static str, infix: bool) -> Result<(), Fault> {
        if !self.is(operator) {
            return Err(self.unexpected(&format!("where \"{operator}\" is due")));
        }
        self.take(infix).map(|_| ())
    }

    /// Goes past `operator` if it is there.
    fn skip(&mut self, operator: &'static str) -> Result<bool, Fault> {
        let there = self.is(operator);
        if there {
            self.take(false)?;
        }
        Ok(there)
    }

    fn unexpected(&self, place: &str) -> Fault {
        fault(self.at, format!("unexpected {} {place}", spelled(&self.token)))
    }

    fn operand(&mut self, token: Token, at: usize, item: Item) -> Result<Operand, Fault> {
        Ok(match token {
            Token::Name(name) => self.name(name, item),
            Token::Operator(word @ ("and" | "or" | "in")) => self.name(word.to_owned(), item),
            Token::Variable(name) => {
                self.found.root |= name == "$";
                if name == "states" { Operand::States } else { self.variable(name) }
            }
            Token::Text(text) => Operand::Text(text),
            Token::Number | Token::Value => Operand::Constant,
            Token::Operator("%") if item == Item::None => {
                return Err(fault(at, "\"%\" is the parent of a step of a path, and there is no path"));
            }
            Token::Regex | Token::Operator("*" | "**" | "%") => Operand::Other,
            Token::Operator("-") => match self.expression(70, item)? {
                Operand::Constant => Operand::Constant,
                _ => Operand::Other,
            },
            Token::Operator("(") => self.block(item)?,
            Token::Operator("[") => self.array(item)?,
            Token::Operator("{") => self.pairs(item)?,
            Token::Operator("|") => self.transform()?,
            other => return Err(fault(at, format!("unexpected {} where a value is due", spelled(&other)))),
        })
    }

    fn name(&mut self, name: String, item: Item) -> Operand {
        if matches!(name.as_str(), "function" | "λ") && self.is("(") {
            return Operand::Function;
        }
        self.unbound(name.clone(), item);
        Operand::Name(name)
    }

    fn variable(&mut self, name: String) -> Operand {
        if !name.is_empty() && name != "$" {
            self.found.variables.insert(name.clone());
        }
        Operand::Variable(name)
    }

    /// Notes that an operand gets a value, or says why it cannot; `otherwise` is said of what is no variable.
    fn bind(&mut self, operand: Operand, at: usize, otherwise: impl FnOnce() -> String) -> Result<(), Fault> {
        match operand {
            Operand::Variable(name) => {
                self.bound.insert(name);
                Ok(())
            }
            Operand::States => Err(fault(
                at,
                "\"$states\" is the variable of Step Functions itself and takes no other value; choose another name",
            )),
            _ => Err(fault(at, otherwise())),
        }
    }

    fn unbound(&mut self, name: String, item: Item) {
        if item != Item::Given {
            self.found.unbound.push(Unbound { name, in_function: item == Item::OfFunction });
        }
    }

    fn operation(&mut self, left: Operand, token: &Token, at: usize, item: Item) -> Result<Operand, Fault> {
        let Token::Operator(operator) = *token else {
            return Err(fault(at, format!("unexpected {} after a value", spelled(token))));
        };
        match operator {
            "." => return self.step(left, at, item),
            "[" => return self.filter(left),
            "(" => return self.call(&left, item),
            "{" => return self.pairs(Item::Given),
            "^" => self.order()?,
            "@" | "#" => {
                let named = self.expression(80, item)?;
                self.bind(named, at, || format!("\"{operator}\" takes a variable, \"$name\""))?;
            }
            ":=" => {
                self.bind(left, at, || "only a variable, \"$name\", can stand before \":=\"".to_owned())?;
                // Binds to the right: `$a := $b := 1`.
                self.expression(9, item)?;
            }
            "?" => {
                self.expression(0, item)?;
                if self.skip(":")? {
                    self.expression(0, item)?;
                }
            }
            _ => {
                self.expression(binding(token), item)?;
            }
        }
        Ok(Operand::Other)
    }

    fn step(&mut self, left: Operand, at: usize, item: Item) -> Result<Operand, Fault> {
        let right = self.expression(75, Item::Given)?;
        if left == Operand::Constant || right == Operand::Constant {
            return Err(fault(at, "a number, true, false or null is no step of a path"));
        }
        match (left, right) {
            (Operand::States, Operand::Name(member) | Operand::Text(member)) => {
                self.found.states.push(member);
            }
            (Operand::Text(name), _) => self.unbound(name, item),
            _ => {}
        }
        Ok(Operand::Other)
    }

    fn filter(&mut self, left: Operand) -> Result<Operand, Fault> {
        if self.skip("]")? {
            return Ok(left);
        }
        self.expression(0, Item::Given)?;
        self.expect("]", true)?;
        // What is left of a variable is none that could be set.
        Ok(if matches!(left, Operand::Variable(_)) { Operand::Other } else { left })
    }

    fn order(&mut self) -> Result<(), Fault> {
        self.expect("(", false)?;
        loop {
            if !self.skip("<")? {
                self.skip(">")?;
            }
            self.expression(0, Item::Given)?;
            if !self.skip(",")? {
                return self.expect(")", false);
            }
        }
    }

    fn call(&mut self, called: &Operand, item: Item) -> Result<Operand, Fault> {
        let is_function = *called == Operand::Function;
        if !self.is(")") {
            loop {
                let at = self.at;
                // A `?` leaves the argument open.
                let argument = if self.skip("?")? { Operand::Other } else { self.expression(0, item)? };
                if is_function {
                    self.bind(argument, at, || {
                        "a parameter of a function is a variable, \"$name\"".to_owned()
                    })?;
                }
                if !self.skip(",")? {
                    break;
                }
            }
        }
        self.expect(")", true)?;
        if is_function {
            self.body(if item == Item::None { Item::OfFunction } else { item })?;
        }
        Ok(Operand::Other)
    }

    /// The signature of a function, if it has one, and its body.
    fn body(&mut self, item: Item) -> Result<(), Fault> {
        if self.is("<") {
            let mut open = 1_usize;
            while open > 0 && !self.is("{") && self.token != Token::End {
                self.take(false)?;
                if self.is("<") {
                    open += 1;
                } else if self.is(">") {
                    open -= 1;
                }
            }
            self.expect(">", false)?;
        }
        self.expect("{", false)?;
        self.expression(0, item)?;
        self.expect("}", false)
    }

    fn block(&mut self, item: Item) -> Result<Operand, Fault> {
        while !self.is(")") {
            self.expression(0, item)?;
            if !self.skip(";")? {
                break;
            }
        }
        self.expect(")", true)?;
        Ok(Operand::Other)
    }

    fn array(&mut self, item: Item) -> Result<Operand, Fault> {
        if !self.is("]") {
            loop {
                self.expression(0, item)?;
                if self.skip("..")? {
                    self.expression(0, item)?;
                }
                if !self.skip(",")? {
                    break;
                }
            }
        }
        self.expect("]", true)?;
        Ok(Operand::Other)
    }

    /// An object, or the groups that are made of what stands before it.
    fn pairs(&mut self, item: Item) -> Result<Operand, Fault> {
        if !self.is("}") {
            loop {
                self.expression(0, item)?;
                self.expect(":", false)?;
                self.expression(0, item)?;
                if !self.skip(",")? {
                    break;
                }
            }
        }
        self.expect("}", true)?;
        Ok(Operand::Other)
    }

    fn transform(&mut self) -> Result<Operand, Fault> {
        self.expression(0, Item::Given)?;
        self.expect("|", false)?;
        self.expression(0, Item::Given)?;
        if self.skip(",")? {
            self.expression(0, Item::Given)?;
        }
        self.expect("|", false)?;
        Ok(Operand::Other)
    }
}

/// How tightly an operator binds to what stands before it; 0 for what cannot follow a value.
fn binding(token: &Token) -> u8 {
    let Token::Operator(operator) = token else { return 0 };
    match *operator {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

fn spelled(token: &Token) -> String {
    match token {
        Token::End => "end".to_owned(),
        Token::Name(name) => format!("\"{name}\""),
        Token::Variable(name) => format!("\"${name}\""),
        Token::Text(_) => "string".to_owned(),
        Token::Number => "number".to_owned(),
        Token::Value => "true, false or null".to_owned(),
        Token::Regex => "regular expression".to_owned(),
        Token::Operator(operator) => format!("\"{operator}\""),
    }
}

fn fault(at: usize, message: impl Into<String>) -> Fault {
    Fault::Syntax { message: message.into(), position: at + 1 }
}
