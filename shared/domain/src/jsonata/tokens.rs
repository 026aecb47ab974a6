//! The tokens of an expression.

use super::Fault;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// The end of the expression.
    End,
    /// A name: a word that is neither operator nor value, or anything in backticks.
    Name(String),
    /// A variable, without its `$`.
    Variable(String),
    /// A string literal.
    Text(String),
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Value,
    /// A regular expression with its flags.
    Regex,
    Operator(&'static str),
}

/// Longer ones first: of two that fit, the longer one is meant.
const OPERATORS: [&str; 32] = [
    "..", ":=", "!=", ">=", "<=", "**", "~>", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#", ";", ":",
    "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&", "!",
];

/// The tokens of one expression, read one after the other.
#[derive(Debug)]
pub(super) struct Tokens {
    chars: Vec<char>,
    at: usize,
}

impl Tokens {
    pub(super) fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0 }
    }

    /// The next token and where it begins. `infix` says that an operand has just ended, so that `/` divides.
    pub(super) fn next(&mut self, infix: bool) -> Result<(Token, usize), Fault> {
        self.skip_blanks()?;
        let start = self.at;
        let Some(first) = self.peek(0) else {
            return Ok((Token::End, start));
        };
        let token = match first {
            '/' if !infix => self.regex()?,
            '"' | '\'' => self.text(first)?,
            '0'..='9' => self.number()?,
            '`' => self.quoted_name()?,
            _ => match self.operator() {
                Some(operator) => Token::Operator(operator),
                None => self.word()?,
            },
        };
        Ok((token, start))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn fault(&self, at: usize, message: impl Into<String>) -> Fault {
        Fault::Syntax { message: message.into(), position: at.min(self.chars.len()) + 1 }
    }

    /// White space and comments.
    fn skip_blanks(&mut self) -> Result<(), Fault> {
        loop {
            while self.peek(0).is_some_and(is_blank) {
                self.at += 1;
            }
            if (self.peek(0), self.peek(1)) != (Some('/'), Some('*')) {
                return Ok(());
            }
            let start = self.at;
            self.at += 2;
            while (self.peek(0), self.peek(1)) != (Some('*'), Some('/')) {
                if self.peek(0).is_none() {
                    return Err(self.fault(start, "the comment is not closed"));
                }
                self.at += 1;
            }
            self.at += 2;
        }
    }

    fn operator(&mut self) -> Option<&'static str> {
        let fits =
            |operator: &&str| operator.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        let operator = OPERATORS.into_iter().find(fits)?;
        self.at += operator.len();
        Some(operator)
    }

    /// Up to the next `/` that is neither escaped nor within brackets.
    fn regex(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        self.at += 1;
        let mut depth = 0_i64;
        let mut backslashes = 0_usize;
        while let Some(c) = self.peek(0) {
            let (escaped, after_backslash) = (backslashes % 2 == 1, backslashes > 0);
            match c {
                '/' if depth == 0 && !escaped => {
                    if self.at == start + 1 {
                        return Err(self.fault(start, "the regular expression is empty"));
                    }
                    self.at += 1;
                    while self.peek(0).is_some_and(|c| matches!(c, 'i' | 'm')) {
                        self.at += 1;
                    }
                    return Ok(Token::Regex);
                }
                '(' | '[' | '{' if !after_backslash => depth += 1,
                ')' | ']' | '}' if !after_backslash => depth -= 1,
                _ => {}
            }
            backslashes = if c == '\\' { backslashes + 1 } else { 0 };
            self.at += 1;
        }
        Err(self.fault(start, "the regular expression is not closed with \"/\""))
    }

    fn text(&mut self, quote: char) -> Result<Token, Fault> {
        let start = self.at;
        let mut text = String::new();
        loop {
            self.at += 1;
            match self.peek(0) {
                None => return Err(self.fault(start, format!("the string is not closed with {quote}"))),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c == quote => break,
                Some(c) => text.push(c),
            }
        }
        self.at += 1;
        Ok(Token::Text(text))
    }

    /// What an escape stands for; a half of a pair of surrogates stands for nothing by itself.
    fn escape(&mut self) -> Result<char, Fault> {
        self.at += 1;
        Ok(match self.peek(0) {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let digits = (1..=4).map(|ahead| self.peek(ahead)?.to_digit(16));
                let Some(number) = digits.reduce(|number, digit| Some(number? * 16 + digit?)).flatten()
                else {
                    return Err(self.fault(self.at, "\"\\u\" takes four hexadecimal digits"));
                };
                self.at += 4;
                char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(self.fault(self.at, "there is no such escape in a string")),
        })
    }

    /// As in JSON, without a sign.
    fn number(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        if self.peek(0) == Some('0') {
            self.at += 1;
        } else {
            self.digits();
        }
        if self.peek(0) == Some('.') && self.is_digit(1) {
            self.at += 1;
            self.digits();
        }
        if self.peek(0).is_some_and(|c| matches!(c, 'e' | 'E')) {
            let sign = usize::from(self.peek(1).is_some_and(|c| matches!(c, '+' | '-')));
            if self.is_digit(1 + sign) {
                self.at += 1 + sign;
                self.digits();
            }
        }
        let digits: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
        if digits.parse::<f64>().is_ok_and(f64::is_finite) {
            Ok(Token::Number)
        } else {
            Err(self.fault(start, "the number is out of range"))
        }
    }

    fn is_digit(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(|c| c.is_ascii_digit())
    }

    fn digits(&mut self) {
        while self.is_digit(0) {
            self.at += 1;
        }
    }

    fn quoted_name(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        self.at += 1;
        let mut name = String::new();
        while let Some(c) = self.peek(0) {
            self.at += 1;
            if c == '`' {
                return Ok(Token::Name(name));
            }
            name.push(c);
        }
        Err(self.fault(start, "the name is not closed with `"))
    }

    /// Up to white space or an operator, whatever it is made of.
    fn word(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| !is_blank(*c) && !ends_word(*c)) {
            word.push(c);
            self.at += 1;
        }
        Ok(match word.as_str() {
            // Only `~`, which ends a word and is half an operator, is neither.
            "" => return Err(self.fault(start, "\"~\" is no operator; \"~>\" is")),
            "and" => Token::Operator("and"),
            "or" => Token::Operator("or"),
            "in" => Token::Operator("in"),
            "true" | "false" | "null" => Token::Value,
            _ => match word.strip_prefix('$') {
                Some(name) => Token::Variable(name.to_owned()),
                None => Token::Name(word),
            },
        })
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}')
}

/// Whether a character begins an operator, which ends a word that has no blank after it.
fn ends_word(c: char) -> bool {
    c == '~' || OPERATORS.iter().any(|operator| operator.starts_with(c))
}
