package cmd

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"netpatrol/adapters"
	"netpatrol/internal/app"
	"netpatrol/internal/config"
)

func (t *tool) accountsDoctor() *cobra.Command {
	return t.withJSON(&cobra.Command{
		Use: "doctor [ACCOUNT...]", Short: "Try every account: address, certificate, callback, a harmless read for each ability",
		Long: `Open the configured accounts and try what can be tried without sending anything: the
address and certificate, who the platform says we are, a read for each ability, the way
in for callbacks. What fails is named with the permission it needs and what to do.
The daemon may be running.`,
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := t.load()
			if err != nil {
				return err
			}
			chosen, err := choose(cfg.Accounts, args)
			if err != nil {
				return err
			}
			return t.examine(c.Context(), cfg, chosen, len(args) == 0)
		},
	})
}

func choose(all []config.Account, ids []string) ([]config.Account, error) {
	if len(ids) == 0 {
		return all, nil
	}
	var chosen []config.Account
	for _, id := range ids {
		i := slices.IndexFunc(all, func(a config.Account) bool { return a.ID == id })
		if i < 0 {
			return nil, usagef("account %q is not configured", id)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// diagnosis is one thing tried on one account.
type diagnosis struct {
	Account string `json:"account"`
	Tried   string `json:"tried"`
	Result  string `json:"result"` // ok, problem or not tried
	Detail  string `json:"detail,omitempty"`
	Mend    string `json:"mend,omitempty"`
}

// The results.
const (
	fine     = "ok"
	problem  = "problem"
	notTried = "not tried"
)

func (t *tool) examine(ctx context.Context, cfg *config.Config, accounts []config.Account, station bool) error {
	all := []diagnosis{}
	if station && cfg.Evidence.Clamd != "" {
		all = append(all, diagnoseScanner(ctx, cfg.Evidence.Clamd))
	}
	for _, a := range accounts {
		d := doctor{account: a, platform: t.assembly.platforms[a.Platform], frontdoor: cfg.Frontdoor.PublicURL}
		d.examine(ctx)
		all = append(all, d.found...)
	}
	if err := t.print(all, func(w io.Writer) { writeDiagnoses(w, all) }); err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(d diagnosis) bool { return d.Result == problem }) {
		return errSaid
	}
	return nil
}

// diagnoseScanner asks the scanner for malware who it is. It belongs to no account.
func diagnoseScanner(ctx context.Context, address string) diagnosis {
	says, err := app.AskScanner(ctx, address)
	if err != nil {
		return diagnosis{"-", "evidence.clamd", problem, err.Error(), "start clamd, and let this user reach its socket; until it answers, files are shown as not scanned"}
	}
	return diagnosis{"-", "evidence.clamd", fine, says, ""}
}

func writeDiagnoses(w io.Writer, all []diagnosis) {
	rows := [][]string{{"ACCOUNT", "TRIED", "RESULT", "DETAIL"}}
	for _, d := range all {
		rows = append(rows, []string{d.Account, d.Tried, d.Result, oneLine(d.Detail, 200)})
	}
	table(w, rows...)
	for _, d := range all {
		if d.Mend != "" {
			fmt.Fprintf(w, "mend %s, %s: %s\n", d.Account, d.Tried, d.Mend)
		}
	}
}

// doctor examines one account. It sends nothing.
type doctor struct {
	account   config.Account
	platform  adapters.Platform
	frontdoor string
	found     []diagnosis
	post      adapters.Ref // something that a watch read
}

// doctorPatience bounds each thing tried.
const doctorPatience = 15 * time.Second

func (d *doctor) examine(ctx context.Context) {
	d.address(ctx)
	opening, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	c := adapters.Config{ID: d.account.ID, BaseURL: d.account.BaseURL, Watch: d.account.Watch, Options: d.account.Options, Secrets: d.account.Secrets}
	account, err := d.platform.Open(opening, c, app.Lend(d.account, d.platform, &memoryTokens{kept: map[string]adapters.Secret{}}))
	d.note("open", "", err)
	if err != nil {
		return
	}
	defer account.Close() //nolint:errcheck // nothing was changed that could be lost
	who, err := within(ctx, account.Identity)
	d.note("identity", identityText(who), err)
	d.abilities(ctx, account.Caps())
}

// within runs one read with the doctor's patience.
func within[T any](ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	return read(ctx)
}

func identityText(i adapters.Identity) string {
	if !i.Until.IsZero() {
		until := i.Until
		i.Until = time.Time{}
		return identityText(i) + "; authorised until " + until.Format(time.RFC3339)
	}
	if i.Confirmed {
		return fmt.Sprintf("@%s, %s; the platform confirms it: %s", i.Handle, i.Name, i.Evidence)
	}
	return fmt.Sprintf("@%s, %s; the platform does not confirm the agency: two officers must attest it", i.Handle, i.Name)
}

func (d *doctor) note(tried, detail string, err error) {
	g := diagnosis{Account: d.account.ID, Tried: tried, Result: fine, Detail: detail}
	if err != nil {
		g.Result, g.Detail, g.Mend = problem, err.Error(), d.mend(tried, err)
	}
	d.found = append(d.found, g)
}

func (d *doctor) skip(tried, why string) {
	d.found = append(d.found, diagnosis{Account: d.account.ID, Tried: tried, Result: notTried, Detail: why})
}

// mend says what to do about a failed read, by what the adapter made of it.
func (d *doctor) mend(tried string, err error) string {
	var e *adapters.Error
	if !errors.As(err, &e) || tried == "open" && e.Phase != adapters.Answered && e.Class == adapters.Rejected {
		return "check the account's options and secrets: netpatrol adapters list " + d.account.Platform
	}
	switch e.Class {
	case adapters.AuthExpired:
		return "make a new token on the platform and put it into the configuration" + d.needs(tried)
	case adapters.Rejected, adapters.Unsupported:
		return "grant the account's application the permission it lacks" + d.needs(tried)
	case adapters.AccountBlocked:
		return "the platform has stopped the account: ask the platform"
	case adapters.RateLimited:
		return "wait, and try again"
	}
	if e.Phase == adapters.Answered {
		return "the platform answered with an error: try again later" + d.needs(tried)
	}
	return "check base_url, and whether this machine reaches it"
}

// needs names the permission of an ability.
func (d *doctor) needs(tried string) string {
	name, _, _ := strings.Cut(tried, " ")
	for _, a := range d.platform.Manifest.Abilities {
		if a.Name == name && a.Permission != "" {
			return "; " + name + " needs " + a.Permission
		}
	}
	return ""
}

// address looks at domain and certificate.
func (d *doctor) address(ctx context.Context) {
	if d.account.Proxy != "" {
		d.skip("address", "calls leave through "+d.account.Proxy)
		return
	}
	u, err := url.Parse(d.account.BaseURL)
	if err != nil || u.Host == "" {
		d.skip("address", "no base_url is configured")
		return
	}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	dialer := &net.Dialer{Timeout: doctorPatience}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	d.note("address", u.Host, err)
	if err != nil {
		return
	}
	defer conn.Close() //nolint:errcheck // only looked at
	if u.Scheme == "https" {
		d.certificate(ctx, tls.Client(conn, &tls.Config{ServerName: u.Hostname()}))
	}
}

// renewBefore is how long before its end a certificate is worth a word.
const renewBefore = 14 * 24 * time.Hour

func (d *doctor) certificate(ctx context.Context, conn *tls.Conn) {
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		d.found = append(d.found, diagnosis{d.account.ID, "certificate", problem, err.Error(), "use the host's own name in base_url, or have its certificate renewed"})
		return
	}
	c := conn.ConnectionState().PeerCertificates[0]
	detail := fmt.Sprintf("%s until %s", c.Subject.CommonName, c.NotAfter.Format(time.DateOnly))
	if time.Until(c.NotAfter) < renewBefore {
		d.found = append(d.found, diagnosis{d.account.ID, "certificate", problem, detail, "have it renewed"})
		return
	}
	d.note("certificate", detail, nil)
}

// stream connects, and hangs up at once. Where nothing is streamed, everything is polled.
func (d *doctor) stream(ctx context.Context, s adapters.Streamer) {
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	var up atomic.Bool
	err := s.Stream(ctx, func() { up.Store(true); cancel() }, func(adapters.Inbound) error { return nil })
	switch {
	case up.Load():
		d.note("stream", "it connects", nil)
	case adapters.ClassOf(err) == adapters.Unsupported:
		d.skip("stream", "everything is polled: "+err.Error())
	default:
		d.note("stream", "", cmp.Or(err, errors.New("it ended before it was up")))
	}
}

// rank puts what was not tried last.
func rank(d diagnosis) string {
	if d.Result == notTried {
		return d.Tried
	}
	return ""
}

// callback asks the front door from outside: any answer shows that it is reached.
func (d *doctor) callback(ctx context.Context) {
	if d.frontdoor == "" {
		d.found = append(d.found, diagnosis{d.account.ID, "callback", problem, "frontdoor.public_url is not set", "set it to the https:// address under which the platform reaches this machine"})
		return
	}
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.frontdoor, nil)
	if err == nil {
		var res *http.Response
		if res, err = http.DefaultClient.Do(req); err == nil {
			res.Body.Close() //nolint:errcheck // only its coming counts
		}
	}
	d.note("callback", d.frontdoor+" answers", adapters.Redact(err))
}

// memoryTokens forgets everything when the doctor has gone.
type memoryTokens struct {
	mu   sync.Mutex
	kept map[string]adapters.Secret
}

// Token implements [adapters.TokenCache].
func (m *memoryTokens) Token(_ context.Context, key string) (adapters.Secret, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.kept[key]
	return v, ok, nil
}

// KeepToken implements [adapters.TokenCache].
func (m *memoryTokens) KeepToken(_ context.Context, key string, value adapters.Secret, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = value
	return nil
}

var _ adapters.TokenCache = (*memoryTokens)(nil)
