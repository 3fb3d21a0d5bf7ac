package intake

import (
	"maps"
	"regexp"
	"strconv"
	"strings"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

var _ bots.Suggester = (*Bot)(nil)

// maxSuggested is how many answers are suggested, because they are chosen by one key.
const maxSuggested = 5

// Suggest implements [bots.Suggester]: what must not wait comes first, then what they asked, then
// what is missing, then how it ends. It takes the kind of fraud and whether there is an answer from the
// report, never what the answer is.
func (b *Bot) Suggest(s bots.Situation) []bots.Suggestion {
	c := &chooser{b: b, s: s, known: s.Report.Slots, text: b.folder.Fold(s.Last)}
	c.urgent()
	if s.Warned && len(c.all) == 0 { // no victim: an officer finds own words
		c.add("suggest-close", nil)
		return c.all
	}
	if howItStands.MatchString(c.text.Text) {
		c.add("suggest-progress", c.flags("Reported"))
	}
	if s.Report.Answered.IsZero() {
		c.add("suggest-first", c.flags("Hurry"))
	}
	if !c.inDanger() {
		c.matter()
	}
	c.add("suggest-close", nil)
	return c.all[:min(len(c.all), maxSuggested)]
}

// howItStands is wider than what the bot answers by itself: an officer reads on.
var howItStands = regexp.MustCompile(`进展|进度|怎么样了|怎样了|(有|没)(什么)?(结果|消息|动静)|(办|处理|查)(得|的|到)(怎么|如何|哪)|progress|status|any news`)

// chooser gathers suggestions.
type chooser struct {
	b     *Bot
	s     bots.Situation
	known map[string]string
	text  match.Folded
	all   []bots.Suggestion
}

func (c *chooser) add(template string, vars map[string]string) {
	c.all = append(c.all, bots.Suggestion{Template: template, Vars: vars})
}

// flags are the variables of that name that hold.
func (c *chooser) flags(names ...string) map[string]string {
	reported := c.known[slotPolice] != ""
	holds := map[string]bool{
		"Reported": reported, "Money": paid(c.known), "Hurry": paid(c.known) && !reported, "Young": c.known[slotYoung] != "", "Call": c.text.OnTheCall(), "Small": c.small(),
	}
	vars := map[string]string{}
	for _, n := range names {
		if holds[n] {
			vars[n] = yes
		}
	}
	return vars
}

func (c *chooser) inDanger() bool { return c.known[slotEmergency] == string(match.LifeDanger) }

// urgent is what comes before everything else.
func (c *chooser) urgent() {
	switch {
	case c.inDanger():
		c.add("suggest-stay", c.flags("Young"))
	case c.known[slotEmergency] == string(match.MoneyMoving) && c.known[slotPolice] == "":
		c.add("suggest-urgent", c.flags("Call"))
	}
}

// matter asks for what is missing and says what to do, by kind and amount.
func (c *chooser) matter() {
	if !paid(c.known) {
		c.add("suggest-careful", c.advice())
	}
	asks := c.asks()
	c.all = append(c.all, asks[:min(1, len(asks))]...)
	if paid(c.known) || c.known[slotKind] != "" {
		vars := c.flags("Reported", "Money", "Small", "Young")
		maps.Copy(vars, c.advice())
		c.add("suggest-advice", vars)
	}
	c.all = append(c.all, asks[min(1, len(asks)):]...)
}

// asks are for the first two things the report does not tell yet.
func (c *chooser) asks() (asks []bots.Suggestion) {
	for _, q := range questions {
		if len(asks) < 2 && c.known[q.slot] == "" && (q.fits == nil || q.fits(c.known)) {
			asks = append(asks, bots.Suggestion{Template: "suggest-ask", Vars: map[string]string{q.name: yes}})
		}
	}
	return asks
}

// advice is what the catalogue says about the kind of fraud.
func (c *chooser) advice() map[string]string {
	id, _, _ := strings.Cut(c.known[slotKind], " ")
	if k, ok := c.b.kinds.byID(id); ok && k.Valid(c.s.Now) {
		return map[string]string{"Advice": k.Advice}
	}
	return map[string]string{}
}

// small says whether the loss lies below what is usually filed as a case where they are.
func (c *chooser) small() bool {
	lost, err := strconv.ParseFloat(strings.TrimPrefix(c.known[slotAmount], "约"), 64)
	row, ok := c.b.filingAt(c.known[slotPlace], "", c.s.Now)
	return err == nil && ok && paid(c.known) && lost < float64(row.Amount)
}
