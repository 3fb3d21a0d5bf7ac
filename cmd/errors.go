package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"netpatrol/internal/config"
	"netpatrol/internal/web/api"
)

// mended is an error with what to do about it.
type mended struct {
	err  error
	mend string
}

func (m *mended) Error() string { return m.err.Error() }
func (m *mended) Unwrap() error { return m.err }

// mend adds a line of help to an error.
func mend(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &mended{err, fmt.Sprintf(format, args...)}
}

// usage is a mistake on the command line.
type usage struct{ what string }

func (u *usage) Error() string { return u.what }

func usagef(format string, args ...any) error { return &usage{fmt.Sprintf(format, args...)} }

// The output has said it: fail without another word.
var (
	errSaid       = errors.New("said already")
	errSaidFaults = errors.New("faults were said already")
)

// report prints an error and returns the exit code it asks for.
func (t *tool) report(err error) int {
	var faults config.Faults
	var wrong *usage
	switch {
	case errors.Is(err, errSaid):
		return exitFailed
	case errors.Is(err, errSaidFaults):
		return exitUsage
	case errors.As(err, &faults):
		fmt.Fprintln(t.err, faults.Error())
		return exitUsage
	case errors.As(err, &wrong) || !t.running:
		t.say(err, cmp.Or(t.help, "netpatrol help"))
		return exitUsage
	}
	t.say(err, mendOf(err))
	return exitFailed
}

func (t *tool) say(err error, mend string) {
	what, rest, _ := strings.Cut(err.Error(), "\n") // cobra adds suggestions below the first line
	fmt.Fprintf(t.err, "netpatrol: %s\n", what)
	if rest = strings.Join(strings.Fields(rest), " "); rest != "" {
		fmt.Fprintf(t.err, "\t%s\n", rest)
	}
	fmt.Fprintf(t.err, "\tmend: %s\n", mend)
}

// missing says whether the daemon has no record of that id.
func missing(err error) bool {
	var a *api.Error
	return errors.As(err, &a) && a.Code == "not-found"
}

// sought says of a record that is not there what was looked for, and how to find the
// right id. Other errors stay as they are.
func sought(err error, what, id, how string) error {
	if !missing(err) {
		return err
	}
	return mend(fmt.Errorf("there is no %s %q", what, id), "%s", how)
}

// mendOf finds what to do about an error.
func mendOf(err error) string {
	var m *mended
	if errors.As(err, &m) {
		return m.mend
	}
	var a *api.Error
	if errors.As(err, &a) {
		if help, ok := apiMends()[a.Code]; ok {
			return help
		}
		if a.Status < http.StatusInternalServerError {
			return "nothing was changed: do what the line above says, and try again"
		}
		if a.RequestID != "" {
			return "look for request " + a.RequestID + " in the daemon's log"
		}
	}
	return "see what the line above names, and try again"
}

// apiMends is what to do about an answer of the daemon, by its code.
func apiMends() map[string]string {
	return map[string]string{
		"sign-in":        "netpatrol login",
		"denied":         "netpatrol login",
		"role":           "ask an officer who has the role, or an admin for the role",
		"two-people":     "ask a second officer to do it",
		"changed":        "show it again and decide on what you then see",
		"not-found":      "check the id with the matching list command",
		"not-awaiting":   "nothing is left to decide; netpatrol queue list shows what is",
		"expired":        "have it proposed or written again",
		"full":           "free space on the disk of the state directory",
		"closing":        "wait for the daemon to start again",
		"slow":           "try again; a decision is never made twice",
		"nothing-wanted": "ask for a mode first",
		"mode-step":      "ask for the next step: netpatrol accounts request ID suggest",
		"identity":       "have the platform confirm the account, or let two officers attest it with --attest",
	}
}
