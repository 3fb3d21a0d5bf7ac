package templates

import (
	"cmp"
	"slices"
	"time"
)

// Policy is what a unit's messages may contain.
type Policy struct {
	Hotlines []Hotline // see [Hotlines]; a number outside them is refused
	// Links are the hosts a message may link to, and the domains of mail addresses it may name. An
	// entry that begins with a dot covers every host below it.
	Links []string
	// Now dates the hotlines and the law citations. The zero time ignores dates: every row
	// of a table counts.
	Now time.Time
}

// Rule names why the linter refuses.
type Rule string

// The rules.
const (
	AsksMoney Rule = "asks-money" // asks the reader for a fee, deposit or transfer
	AsksCode  Rule = "asks-code"  // asks the reader for a verification code or password
	Link      Rule = "link"       // leads outside the allow-list
	Phone     Rule = "phone"      // a number outside the hotline table
	Blame     Rule = "blame"      // blames a victim
	Unfilled  Rule = "unfilled"   // a variable nobody filled in
	Law       Rule = "law"        // cites a law that has ended
)

// Span is a half-open range of bytes in the text that was checked.
type Span struct{ Start, End int }

// Finding is one reason why a text may not leave.
type Finding struct {
	Rule Rule
	Span
	Message string // what is wrong and what to do, for people
}

// Lint checks an outgoing text in Chinese or English. An empty result means that it may
// leave. It sees through full width, traditional forms, zero-width characters, spaces inside words and
// common misspellings. A mention of money or codes passes when it is forbidden, denied,
// warned of, told of somebody else, or past.
func Lint(text string, p Policy) []Finding {
	f := fold(text)
	found := slices.Concat(lintRequests(f), lintBlame(f), lintUnfilled(text), lintLaw(f, p.Now), lintLinks(text, p), lintPhones(f, p))
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	return found
}

// lintWords checks what does not depend on a policy.
func lintWords(text string) []Finding {
	f := fold(text)
	return slices.Concat(lintRequests(f), lintBlame(f), lintUnfilled(text))
}

// lintRequests refuses what asks the reader for money or a code.
func lintRequests(f folded) (all []Finding) {
	for _, s := range sentences(f) {
		for _, m := range slices.Concat(s.mentions(), s.terse()) {
			if !s.passes(m) { // promise 11
				all = append(all, Finding{Rule: m.rule, Span: f.span(m.from, m.to), Message: requestMessage(m.rule)})
			}
		}
	}
	return all
}

func requestMessage(r Rule) string {
	if r == AsksCode {
		return "读起来像在向对方要验证码或密码；官方消息不得索要。如果是提醒，请写明“不要告诉”或“骗子会要”"
	}
	return "读起来像在要求对方付款、转账或交费；官方消息不得索要。如果是提醒，请写明“不要转账”或“骗子会要求”"
}
