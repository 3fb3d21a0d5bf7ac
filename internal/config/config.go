// Package config loads netpatrol's configuration strictly: unknown keys, wrong
// types, missing secrets and contradictions are all reported at once, each with
// its file, line and the mend.
package config

import (
	"path/filepath"
	"time"

	"netpatrol/adapters"
)

// Config is one station's configuration, checked.
type Config struct {
	State      string      `yaml:"state"`   // directory of the store, keys, evidence and socket
	SocketPath string      `yaml:"socket"`  // for officers under unix users of their own; default in State
	Unit       Unit        `yaml:"unit"`    // who speaks
	Units      []OtherUnit `yaml:"units"`   // others whose accounts this station runs, or who get what it hands over
	Station    Station     `yaml:"station"` //
	Console    Listener    `yaml:"console"` // officers' desk and API; private
	Frontdoor  Listener    `yaml:"frontdoor"`
	Officers   []Officer   `yaml:"officers"`
	Duty       Duty        `yaml:"duty"`
	Accounts   []Account   `yaml:"accounts"`
	Schedules  []Schedule  `yaml:"schedules"`
	Pace       Pace        `yaml:"pace"`
	Retention  Retention   `yaml:"retention"`
	Audit      Audit       `yaml:"audit"`
	Filing     []Filing    `yaml:"filing"` // thresholds of this place, in front of the shipped ones
	Evidence   Evidence    `yaml:"evidence"`
}

// Evidence is what is done with pictures, voices and videos that people send.
type Evidence struct {
	// Clamd is where a ClamAV daemon looks at them: tcp://host:port or unix:/path; empty: nobody does.
	Clamd string `yaml:"clamd"`
}

// Retention is for how long records are kept after somebody last touched them. The law asks for
// six months of logs, and for no longer than needed of what is personal (PIPL, article 19).
type Retention struct {
	Conversations time.Duration `yaml:"conversations"` // with reports, messages and evidence; default 8760h, a year
	Clues         time.Duration `yaml:"clues"`         // that were decided; default 8760h
	Sites         time.Duration `yaml:"sites"`         // what a partner site put right, with letters and interviews, and who signed in for it; retired sites; default 26280h, three years
	Events        time.Duration `yaml:"events"`        // and the tapes of their decisions; default and least 4320h, 180 days
	Tallies       time.Duration `yaml:"tallies"`       // counts of a day; default 17520h, two years
}

// Socket is the unix socket on which the daemon answers the command line: in the state
// directory, where only the daemon's own user gets, unless the configuration names another.
func (c *Config) Socket() string {
	if c.SocketPath != "" {
		return c.SocketPath
	}
	return filepath.Join(c.State, "netpatrol.sock")
}

// Unit is the agency that speaks.
type Unit struct {
	Name     string `yaml:"name"`
	Region   string `yaml:"region"`   // GB/T 2260, six digits
	Language string `yaml:"language"` // BCP 47; default zh-Hans
	// Links are the hosts messages may link to: the agency's own pages, and nothing else.
	// ".example.gov.cn" stands for all below it.
	Links []string `yaml:"links"`
}

// OtherUnit is a unit beside the station's own.
type OtherUnit struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`
	Region   string `yaml:"region"`   // GB/T 2260, six digits
	Language string `yaml:"language"` // BCP 47; default the station's own
	Parent   string `yaml:"parent"`   // id of the unit above it; empty: the station's own
	// Contact is how a clue is handed over to it; none: it is not.
	Contact Contact `yaml:"contact"`
	// Sends is by what clue packages of this unit are known that its netpatrol hands over to us; none: nothing of it is taken.
	Sends Sends `yaml:"sends"`
}

// Sends is how another unit hands packages over to us, at /bridge/<id> of the front door.
type Sends struct {
	Key     string                     `yaml:"key"`     // its public key in base64, as netpatrol key prints it there
	Secrets map[string]adapters.Secret `yaml:"secrets"` // secret, and secret_previous while it is changed
}

// Taken says whether packages of the unit are taken.
func (s Sends) Taken() bool { return s.Key != "" }

// Contact is a way to another unit.
type Contact struct {
	Kind    string `yaml:"kind"`    // page (a link with a token), folder (signed files for one-way import) or bridge (its own system)
	Folder  string `yaml:"folder"`  // of the files; it must exist
	Account string `yaml:"account"` // id of the bridge account its system is reached by
}

// ContactKinds are the ways to another unit.
func ContactKinds() []string { return []string{"page", "folder", "bridge"} }

// Speaks returns the unit an account speaks for.
func (c *Config) Speaks(a Account) Unit {
	for _, u := range c.Units {
		if a.Unit != "" && u.ID == a.Unit {
			return Unit{Name: u.Name, Region: u.Region, Language: u.Language}
		}
	}
	return c.Unit
}

// Station says how the desk is manned.
type Station struct {
	OneOfficer bool `yaml:"one_officer"`
}

// Listener is an address to listen on.
type Listener struct {
	Listen    string `yaml:"listen"`     // host:port; empty: off
	PublicURL string `yaml:"public_url"` // as seen from outside, for links and callbacks
}

// Duty is the promise to people who write to us, and who is rung when it is at risk.
type Duty struct {
	Promise time.Duration `yaml:"promise"` // a person answers within it; default 30m
	Zone    string        `yaml:"zone"`    // IANA; of the wall clock by which shifts go; default Asia/Shanghai
	Ring    []Ring        `yaml:"ring"`
}

// Ring is one way to reach officers: a group each time its level is rung; an officer whenever that officer is
// on duty, and, while the rota of the level names nobody, each officer of it in turn.
type Ring struct {
	Level   string `yaml:"level"`   // duty, supervisor or commander
	Officer string `yaml:"officer"` // whom it reaches; empty: a group
	Account string `yaml:"account"` // an account that reaches officers only
	To      string `yaml:"to"`      // as that account names them: a user id, a phone number, an address
}

// Officer is a person who may sign in.
type Officer struct {
	ID    string   `yaml:"id"`
	Name  string   `yaml:"name"`
	Roles []string `yaml:"roles"`
	// Previews are where the officer sees previews of bulletins: an account's id, and the
	// officer's own id on that platform.
	Previews map[string]string `yaml:"previews"`

	UID *int `yaml:"uid"` // unix user whose socket connections are this officer's
}

// Account is one official account.
type Account struct {
	ID       string                     `yaml:"id"`
	Platform string                     `yaml:"platform"`
	Unit     string                     `yaml:"unit"` // id of one of units; empty: the station's own
	BaseURL  string                     `yaml:"base_url"`
	Proxy    string                     `yaml:"proxy"` // http, https or socks5 address through which every call leaves
	Names    []string                   `yaml:"names"` // what people call us in a mention
	Staff    []string                   `yaml:"staff"` // platform ids never answered or watched
	Language string                     `yaml:"language"`
	Watch    []string                   `yaml:"watch"` // sources to poll: mentions, tag:…; default: the platform's usual ones
	Poll     time.Duration              `yaml:"poll"`
	Options  map[string]string          `yaml:"options"`
	Secrets  map[string]adapters.Secret `yaml:"secrets"`  // or name_file: path, never both
	Fallback string                     `yaml:"fallback"` // by-hand: people send what the platform certainly does not deliver
	Menu     []MenuEntry                `yaml:"menu"`     // of the account on its platform; set with netpatrol accounts menu push
	File     string                     `yaml:"-"`        // where it stands
	Line     int                        `yaml:"-"`        // in File
}

// MenuEntry is one entry of an account's menu.
type MenuEntry struct {
	Label string `yaml:"label"`
	Means string `yaml:"means"` // report, ask or progress
}

// Meanings are what an entry of a menu can mean.
func Meanings() []string { return []string{"report", "ask", "progress"} }

// ByHand is the fallback by which people send.
const ByHand = "by-hand"

// Schedule is a cron schedule of bulletins.
type Schedule struct {
	Name     string        `yaml:"name"`
	Cron     string        `yaml:"cron"`
	Zone     string        `yaml:"zone"`     // IANA; default Asia/Shanghai
	CatchUp  string        `yaml:"catch_up"` // skip, latest (default) or all
	Window   time.Duration `yaml:"window"`   // how stale a missed slot may run; default 2h
	Title    string        `yaml:"title"`
	Accounts []string      `yaml:"accounts"` // empty: every account that can publish
	Line     int           `yaml:"-"`
}

// Pace holds the intervals of the daemon. The demo and tests shorten them; the
// defaults are meant for service.
type Pace struct {
	FollowUp  time.Duration `yaml:"follow_up"`  // after a warning was sent, look whether the post is gone; default 24h
	Settle    time.Duration `yaml:"settle"`     // before an unknown outcome is looked up; default 1m
	Lease     time.Duration `yaml:"lease"`      // of a lane; default 30s
	Call      time.Duration `yaml:"call"`       // deadline of one platform call; default 15s
	Backoff   time.Duration `yaml:"backoff"`    // first wait after a certain failure; default 5s
	Seal      time.Duration `yaml:"seal"`       // of audit batches; default 1s
	Identity  time.Duration `yaml:"identity"`   // between checks of who the platform says we are; default 24h
	DraftLife time.Duration `yaml:"draft_life"` // an undecided draft lapses; default 24h
	DeadMan   time.Duration `yaml:"dead_man"`   // nothing unsolicited leaves when no officer was signed in for so long; default 72h
}
