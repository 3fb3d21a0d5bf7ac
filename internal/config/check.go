package config

import (
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
