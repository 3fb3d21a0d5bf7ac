package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"netpatrol/internal/web/api"
)

func (t *tool) loginCommand() *cobra.Command {
	var name string
	var byCode bool
	c := &cobra.Command{
		Use: "login [NAME]", Short: "Sign in to the daemon as an officer", Args: cobra.MaximumNArgs(1),
		Long: `Sign in as an officer, with a password or with a one-time code (--code). Either is read
from standard input, never from the command line. The sign-in is kept in
~/.config/netpatrol, for this machine's user only, until it lapses or you log out.`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				name = args[0]
			}
			return t.login(c, name, byCode)
		},
	}
	c.Flags().BoolVar(&byCode, "code", false, "use a one-time sign-in code")
	return c
}

func (t *tool) login(c *cobra.Command, name string, byCode bool) error {
	address, err := t.address()
	if err != nil {
		return err
	}
	in, err := t.credentials(name, byCode)
	if err != nil {
		return err
	}
	client := api.NewClient(address, "")
	defer client.Close()
	got, err := client.Login(c.Context(), in)
	if err != nil {
		return denied(err, byCode)
	}
	if err := t.keepToken(address, got.Token); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "signed in as %s until %s\n", got.Officer, moment(got.Expires))
	return nil
}

// denied says what to do about a refused sign-in. Any other error has its own mend.
func denied(err error, byCode bool) error {
	var refused *api.Error
	switch {
	case !errors.As(err, &refused) || refused.Code != "denied":
		return err
	case byCode:
		return mend(err, "ask for a new code: netpatrol officers invite OFFICER prints one, where the daemon runs and while it is stopped")
	}
	return mend(err, "check name and password, or ask for a one-time code and use netpatrol login --code")
}

func (t *tool) credentials(name string, byCode bool) (api.LoginRequest, error) {
	if byCode {
		code, err := t.ask("one-time code: ", false)
		return api.LoginRequest{Code: code}, err
	}
	if name == "" {
		var err error
		if name, err = t.ask("name: ", false); err != nil {
			return api.LoginRequest{}, err
		}
	}
	password, err := t.ask("password: ", true)
	return api.LoginRequest{Name: name, Password: password}, err
}

// ask reads one line; on a terminal it prompts, and shows nothing of a secret.
func (t *tool) ask(prompt string, secret bool) (string, error) {
	if f, ok := t.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(t.err, prompt)
		if secret {
			b, err := term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(t.err)
			return string(b), err
		}
	}
	line, err := t.lines.ReadString('\n')
	if err != nil && !(errors.Is(err, io.EOF) && line != "") {
		return "", usagef("nothing was entered for %q", strings.TrimSuffix(prompt, ": "))
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func (t *tool) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "End the sign-in", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			address, err := t.address()
			if err != nil {
				return err
			}
			client, err := t.client()
			if err != nil {
				return err
			}
			defer client.Close()
			ended := client.Logout(c.Context())
			var refused *api.Error
			if errors.As(ended, &refused) && refused.Code == "denied" {
				ended = nil // it had lapsed
			}
			return errors.Join(ended, t.keepToken(address, ""))
		},
	}
}
