package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// Roles are the roles an officer can have.
func Roles() []string {
	return []string{"editor", "officer", "approver", "auditor", "admin", "volunteer"}
}

var (
	idPattern       = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	languagePattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	regionPattern   = regexp.MustCompile(`^[0-9]{6}$`)
	schedulePattern = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$`)
)

// check looks at what the decoder read, as a whole.
func (d *decoder) check(cfg *Config, c Checks) {
	d.checkUnit(cfg, c.Platforms)
	d.checkListeners(cfg)
	d.checkOfficers(cfg.Officers)
	d.checkPreviews(cfg)
	d.checkAccounts(cfg, c.Platforms)
	d.checkDuty(cfg, c.Platforms)
	d.checkAudit(cfg, c.Platforms)
	d.checkSchedules(cfg, c.Schedule)
	d.checkPace(cfg.Pace)
	d.checkRetention(cfg.Retention)
	d.checkFilings(cfg.Filing)
	d.checkClamd(cfg.Evidence.Clamd)
}

func (d *decoder) checkUnit(cfg *Config, platforms map[string]adapters.Manifest) {
	if strings.TrimSpace(cfg.State) == "" {
		d.wrong("state", "name a directory, or remove the line for ./state", "state is empty")
	}
	if strings.TrimSpace(cfg.Unit.Name) == "" {
		d.wrong("unit.name", "set unit.name to the agency's full name: it signs every message", "unit.name is empty: nobody would know who speaks")
	}
	if r := cfg.Unit.Region; r != "" && !regionPattern.MatchString(r) {
		d.wrong("unit.region", `write the six digits of GB/T 2260, such as "460100"`, "unit.region is not a region code")
	}
	d.language(cfg.Unit.Language, "unit.language")
	for i, host := range cfg.Unit.Links {
		if !linkHost.MatchString(host) {
			d.wrong(fmt.Sprintf("unit.links[%d]", i), "write a host such as gaj.example.gov.cn, or .example.gov.cn for all below it", "unit.links[%d] is no host: every message could link to whatever it matches", i)
		}
	}
	d.checkUnits(cfg, platforms)
}

// linkHost is a host of at least two labels in lower case; a dot before it stands for all below it.
var linkHost = regexp.MustCompile(`^\.?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

// checkUnits looks at the other units as a tree below the station's own.
func (d *decoder) checkUnits(cfg *Config, platforms map[string]adapters.Manifest) {
	ids, parents := map[string]string{}, map[string]string{}
	for i := range cfg.Units {
		u, path := &cfg.Units[i], fmt.Sprintf("units[%d]", i)
		d.id(u.ID, path, ids)
		parents[u.ID] = u.Parent
		if strings.TrimSpace(u.Name) == "" {
			d.wrong(path+".name", "write the agency's full name: it signs the unit's messages", "%s has no name", path)
		}
		if u.Region != "" && !regionPattern.MatchString(u.Region) {
			d.wrong(path+".region", `write the six digits of GB/T 2260, such as "460100"`, "%s.region is not a region code", path)
		}
		d.checkContact(cfg, u.Contact, path+".contact")
		d.checkCourier(cfg, u.Contact, path+".contact", platforms)
		d.checkSends(cfg, u.Sends, path+".sends")
		if u.Language == "" {
			u.Language = cfg.Unit.Language
		} else {
			d.language(u.Language, path+".language")
		}
	}
	for i, u := range cfg.Units {
		path := fmt.Sprintf("units[%d].parent", i)
		if _, known := parents[u.Parent]; u.Parent != "" && !known {
			d.wrong(path, suggest(u.Parent, keys(parents)), "%s %q is not the id of a unit", path, clip(u.Parent))
		} else if circular(u.ID, parents) {
			d.wrong(path, "name the unit above it, or leave parent out for the station's own", "%s leads back to the unit itself", path)
		}
	}
}

// minBridgeSecret is how many characters a secret of the bridge contract has at least.
const minBridgeSecret = 32

// checkSends looks at how packages of another unit come.
func (d *decoder) checkSends(cfg *Config, s Sends, path string) {
	if s.Key == "" && len(s.Secrets) == 0 {
		return
	}
	key, err := base64.StdEncoding.DecodeString(s.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		d.wrong(path+".key", "write what netpatrol key prints at that unit, in quotes", "%s.key is no public key", path)
	}
	if len(s.Secrets["secret"]) < minBridgeSecret {
		d.wrong(path+".secrets", "openssl rand -hex 32 > FILE on one side, and secret_file: FILE on both", "%s has no secret of at least %d characters", path, minBridgeSecret)
	}
	for name, secret := range s.Secrets {
		if name != "secret" && (name != "secret_previous" || len(secret) < minBridgeSecret) {
			d.wrong(path+".secrets", "keep secret, and secret_previous while it is changed", "%s.secrets: %q is not used, or too short", path, clip(name))
		}
	}
	if cfg.Frontdoor.Listen == "" {
		d.wrong(path, "set frontdoor.listen, on which the other unit's system reaches this one", "%s: nobody can hand anything over", path)
	}
}

// checkContact looks at the way to another unit.
func (d *decoder) checkContact(cfg *Config, c Contact, path string) {
	switch {
	case c.Kind == "" && c.Folder == "" && c.Account == "":
	case !slices.Contains(ContactKinds(), c.Kind):
		d.wrong(path+".kind", suggest(c.Kind, ContactKinds()), "%s.kind %q is no way to a unit", path, clip(c.Kind))
	case c.Kind == "folder" && c.Folder == "":
		d.wrong(path, "name the folder the files are put into", "%s has no folder", path)
	case c.Kind == "page" && (c.Folder != "" || cfg.Frontdoor.Listen == ""):
		d.wrong(path, "set frontdoor.listen, on which the other unit opens the link, and leave folder out", "%s is a page that nobody can open", path)
	}
}

// circular says whether going up from a unit never ends.
func circular(id string, parents map[string]string) bool {
	for range parents {
		if id = parents[id]; id == "" {
			return false
		}
	}
	return true
}

func (d *decoder) language(tag, path string) {
	if !languagePattern.MatchString(tag) {
		d.wrong(path, `write a language tag, such as "zh-Hans" or "en"`, "%s is not a language tag", path)
	}
}

func (d *decoder) checkListeners(cfg *Config) {
	d.listener(cfg.Console, "console", "officers' passwords would travel in the clear")
	d.listener(cfg.Frontdoor, "frontdoor", "people's reports would travel in the clear")
	if l := cfg.Console.Listen; l != "" && l == cfg.Frontdoor.Listen && !strings.HasSuffix(l, ":0") {
		d.wrong("frontdoor.listen", "give each an address of its own", "frontdoor and console listen on the same address")
	}
}

func (d *decoder) listener(l Listener, path, danger string) {
	u, secure := d.publicURL(l.PublicURL, path+".public_url")
	if l.Listen == "" {
		return
	}
	at := path + ".listen"
	host, port, err := net.SplitHostPort(l.Listen)
	if err != nil {
		d.wrong(at, `write host:port, such as "127.0.0.1:8110"`, "%s.listen is not an address", path)
		return
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		d.wrong(at, "write a port from 0 to 65535", "%s.listen has no usable port", path)
	}
	if !loopback(host) && u != nil && !secure || !loopback(host) && u == nil {
		d.wrong(at, "listen on 127.0.0.1, or put a proxy with a certificate before it and set "+path+".public_url to its https:// address",
			"%s.listen is reachable from other machines without https: %s", path, danger)
	}
}

// publicURL checks an address as seen from outside; secure says whether it is https.
func (d *decoder) publicURL(raw, path string) (u *url.URL, secure bool) {
	if raw == "" {
		return nil, false
	}
	u, ok := webURL(raw)
	if !ok {
		d.wrong(path, `write the whole address, such as "https://desk.example.gov.cn", without user, query or fragment`, "%s is not a web address", path)
		return nil, false
	}
	return u, u.Scheme == "https"
}

func webURL(raw string) (*url.URL, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, false
	}
	return u, u.Scheme == "http" || u.Scheme == "https"
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func (d *decoder) checkOfficers(officers []Officer) {
	ids, uids := map[string]string{}, map[int]string{}
	for i, o := range officers {
		path := fmt.Sprintf("officers[%d]", i)
		d.id(o.ID, path, ids)
		if strings.TrimSpace(o.Name) == "" {
			d.wrong(path+".name", "write the officer's name as colleagues know it", "%s has no name", path)
		}
		d.roles(o, path)
		if o.UID == nil {
			continue
		}
		if first, taken := uids[*o.UID]; taken {
			d.wrong(path+".uid", "one unix user is one officer: remove one of the two", "%s has the uid of %s", path, first)
		}
		uids[*o.UID] = path
	}
}

// checkPreviews makes sure that previews go to accounts there are.
func (d *decoder) checkPreviews(cfg *Config) {
	var ids []string
	for _, a := range cfg.Accounts {
		ids = append(ids, a.ID)
	}
	for i, o := range cfg.Officers {
		for _, account := range keys(o.Previews) {
			at := fmt.Sprintf("officers[%d].previews.%s", i, account)
			switch {
			case !slices.Contains(ids, account):
				d.unnamed(at, suggest(account, ids), "officers[%d].previews names account %q, which is not configured", i, clip(account))
			case strings.TrimSpace(o.Previews[account]) == "":
				d.wrong(at, "write the officer's own id on that platform", "%s is empty", at)
			}
		}
	}
}

func (d *decoder) roles(o Officer, path string) {
	if len(o.Roles) == 0 {
		d.wrong(path+".roles", "give at least one of: "+strings.Join(Roles(), ", "), "%s has no role", path)
	}
	for j, r := range o.Roles {
		if !slices.Contains(Roles(), r) {
			d.wrong(fmt.Sprintf("%s.roles[%d]", path, j), suggest(r, Roles()), "%q is not a role", clip(r))
		}
	}
}

// id checks an id and that it is the first of its kind.
func (d *decoder) id(id, path string, seen map[string]string) {
	at := path + ".id"
	switch {
	case id == "":
		d.wrong(at, "give it an id: short, lower case, never changed later", "%s has no id", path)
		return
	case !idPattern.MatchString(id):
		d.wrong(at, "use lower-case letters, digits, dot, dash and underscore, at most 64", "%s.id is not usable as an id", path)
	}
	if first, taken := seen[id]; taken {
		p := d.at(first + ".id")
		d.wrong(at, fmt.Sprintf("give one of them another id; the first is at %s:%d", p.file, p.line), "%s has the id of %s", path, first)
		return
	}
	seen[id] = path
}

func (d *decoder) checkAccounts(cfg *Config, platforms map[string]adapters.Manifest) {
	ids := map[string]string{}
	for i := range cfg.Accounts {
		a, path := &cfg.Accounts[i], fmt.Sprintf("accounts[%d]", i)
		d.id(a.ID, path, ids)
		if a.Unit != "" && !slices.ContainsFunc(cfg.Units, func(u OtherUnit) bool { return u.ID == a.Unit }) {
			d.wrong(path+".unit", suggest(a.Unit, unitIDs(cfg.Units)), "%s.unit %q is not the id of a unit", path, clip(a.Unit))
		}
		d.proxy(a.Proxy, path+".proxy")
		if a.Language == "" {
			a.Language = cfg.Speaks(*a).Language
		} else {
			d.language(a.Language, path+".language")
		}
		for j, w := range a.Watch {
			if strings.TrimSpace(w) == "" {
				d.wrong(fmt.Sprintf("%s.watch[%d]", path, j), "name a source, such as mentions or tag:反诈", "%s.watch has an empty source", path)
			}
		}
		if a.Fallback != "" && a.Fallback != ByHand {
			d.wrong(path+".fallback", "write "+ByHand+", or remove the line", "%s.fallback %q is not a way to send", path, clip(a.Fallback))
		}
		d.menu(a.Menu, path+".menu")
		d.platform(a, path, platforms)
	}
}

func (d *decoder) menu(entries []MenuEntry, path string) {
	first := map[string]int{}
	for i, e := range entries {
		at := fmt.Sprintf("%s[%d]", path, i)
		if strings.TrimSpace(e.Label) == "" {
			d.wrong(at+".label", "write the few words that people press, such as 我要举报", "%s has no label", at)
		}
		if !slices.Contains(Meanings(), e.Means) {
			d.wrong(at+".means", suggest(e.Means, Meanings()), "%s.means %q is not something an entry can mean", at, clip(e.Means))
			continue
		}
		if before, twice := first[e.Means]; twice {
			d.wrong(at+".means", "remove one of the two", "%s means the same as %s[%d]", at, path, before)
		}
		first[e.Means] = i
	}
}

func (d *decoder) platform(a *Account, path string, platforms map[string]adapters.Manifest) {
	m, ok := platforms[a.Platform]
	if !ok {
		names := keys(platforms)
		if a.Platform == "" {
			d.wrong(path+".platform", "add platform: one of "+strings.Join(names, ", "), "%s names no platform", path)
			return
		}
		d.wrong(path+".platform", suggest(a.Platform, names), "%s.platform %q is not a platform of this binary", path, clip(a.Platform))
		return
	}
	if a.Watch == nil {
		a.Watch = m.Watch
	}
	d.baseURL(a, path)
	d.settings(path+".options", keys(a.Options), m.Options, a.Options)
	d.settings(path+".secrets", keys(a.Secrets), m.Secrets, a.Options)
}

func unitIDs(units []OtherUnit) []string {
	ids := make([]string, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	return ids
}

// proxy checks the address calls leave through.
func (d *decoder) proxy(raw, at string) {
	if raw == "" {
		return
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) {
		d.wrong(at, `write its address, such as "http://10.0.0.8:3128" or "socks5://10.0.0.8:1080", without user and password`, "%s is not the address of a proxy", at)
	}
}

// baseURL refuses to send a secret over the wire in the clear.
func (d *decoder) baseURL(a *Account, path string) {
	if a.BaseURL == "" {
		return
	}
	at := path + ".base_url"
	u, ok := webURL(a.BaseURL)
	switch {
	case !ok:
		d.wrong(at, `write the whole address, such as "https://social.example.cn", without user, query or fragment`, "%s.base_url is not a web address", path)
	case u.Scheme == "http" && !loopback(u.Hostname()) && len(a.Secrets) > 0:
		d.wrong(at, "use https", "%s.base_url would send the account's secrets in the clear", path)
	}
}

// settings compares what is given with what the platform's manifest lists.
func (d *decoder) settings(path string, given []string, known []adapters.Setting, options map[string]string) {
	names := make([]string, len(known))
	for i, s := range known {
		names[i] = s.Name
		if s.Needed(options) && !slices.Contains(given, s.Name) {
			d.wrong(path, fmt.Sprintf("add %s: %s", s.Name, mendSetting(path, s)), "%s.%s is missing", path, s.Name)
		}
	}
	for _, g := range given {
		if !slices.Contains(names, g) {
			d.wrong(join(path, g), suggest(g, names), "unknown key %q in %s", clip(g), path)
		}
	}
}

func mendSetting(path string, s adapters.Setting) string {
	if strings.HasSuffix(path, ".secrets") {
		return s.Help + " (or " + s.Name + twin + " with the path of a file)"
	}
	return s.Help
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func (d *decoder) checkSchedules(cfg *Config, checker func(Schedule) error) {
	seen := map[string]int{}
	for i, s := range cfg.Schedules {
		path := fmt.Sprintf("schedules[%d]", i)
		if !schedulePattern.MatchString(s.Name) {
			d.wrong(path+".name", "give it a name of letters, digits, dot, dash and underscore", "%s has no usable name", path)
		} else if first, taken := seen[s.Name]; taken {
			d.wrong(path+".name", "give one of them another name", "%s has the name of schedules[%d]", path, first)
		}
		seen[s.Name] = i
		if policies := []string{"skip", "latest", "all"}; !slices.Contains(policies, s.CatchUp) {
			d.wrong(path+".catch_up", suggest(s.CatchUp, policies), "%s.catch_up %q is not a policy", path, clip(s.CatchUp))
			s.CatchUp = "" // said once
		}
		d.scheduleAccounts(s, path, cfg.Accounts)
		d.spec(s, path, checker)
	}
}

func (d *decoder) scheduleAccounts(s Schedule, path string, accounts []Account) {
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	for j, id := range s.Accounts {
		at := fmt.Sprintf("%s.accounts[%d]", path, j)
		if !slices.Contains(ids, id) {
			d.unnamed(at, suggest(id, ids), "%s names account %q, which is not configured", path, clip(id))
		} else if slices.Contains(s.Accounts[:j], id) {
			d.wrong(at, "remove one of the two", "%s names account %q twice", path, clip(id))
		}
	}
}

// unnamed is a fault about an account that is not configured, unless accounts were set aside: it
// may be one of them.
func (d *decoder) unnamed(path, mend, what string, args ...any) {
	if len(d.skip) == 0 {
		d.wrong(path, mend, what, args...)
	}
}

// spec asks the caller whether a schedule can be kept.
func (d *decoder) spec(s Schedule, path string, checker func(Schedule) error) {
	if checker == nil {
		return
	}
	for _, err := range apart(checker(s)) {
		bad := &BadSchedule{Field: "cron", Problem: err.Error(), Mend: `write five fields: minute hour day month weekday, such as "0 9 * * *"`}
		errors.As(err, &bad)
		at := join(path, bad.Field)
		d.wrong(at, bad.Mend, "%s: %s", at, bad.Problem)
	}
}

// apart takes joined errors apart.
func apart(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// BadSchedule is what [Checks.Schedule] may return to name the key at fault and the mend.
type BadSchedule struct {
	Field   string // "cron", "zone"
	Problem string
	Mend    string
}

func (b *BadSchedule) Error() string { return b.Field + ": " + b.Problem }

// clamdAddress is a socket of clamd.
var clamdAddress = regexp.MustCompile(`^(?:tcp://[^/?#]+:[0-9]{1,5}|unix:(?://)?/[^/].*)$`)

func (d *decoder) checkClamd(address string) {
	if address != "" && !clamdAddress.MatchString(address) {
		d.wrong("evidence.clamd", "write tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl", "evidence.clamd is no address of a scanner")
	}
}

func (d *decoder) checkRetention(r Retention) {
	if r.Events < leastEvents {
		d.wrong("retention.events", fmt.Sprintf("write at least %s", leastEvents), "retention.events of %s is less than the six months for which logs must be kept", r.Events)
	}
	for _, k := range []struct {
		name string
		keep time.Duration
	}{{"conversations", r.Conversations}, {"clues", r.Clues}, {"sites", r.Sites}, {"tallies", r.Tallies}} {
		if k.keep < 30*day {
			d.wrong("retention."+k.name, "write at least 720h, thirty days", "retention.%s of %s would drop what is still worked on", k.name, k.keep)
		}
	}
}

func (d *decoder) checkPace(p Pace) {
	if p.Lease < 2*p.Call {
		d.wrong("pace.lease", fmt.Sprintf("set pace.lease to at least %s, or shorten pace.call", 2*p.Call),
			"pace.lease (%s) is less than twice pace.call (%s): a call must end well before its lease", p.Lease, p.Call)
	}
}
