package frontdoor

// Urgency is what hurry somebody's words tell of, whatever they ticked.
type Urgency string

// The urgencies. Danger to life comes before moving money.
const (
	NoUrgency   Urgency = ""
	MoneyMoving Urgency = "money"
	LifeDanger  Urgency = "life"
)

// Danger says that somebody's life may be in danger.
func (p kioskPage) Danger() bool { return p.Filed.Urgency == LifeDanger }

// Hurried says that a card stands above all else.
func (p kioskPage) Hurried() bool { return p.Danger() || p.Hurry() }

// Back says that the form came back, with a card above it.
func (p kioskPage) Back() bool { return p.Problem != "" && p.Hurried() }

// Hurry says that money moves or is about to: they ticked it, or their words say so.
func (p kioskPage) Hurry() bool { return p.Form.Urgent() || p.Filed.Urgency == MoneyMoving }
