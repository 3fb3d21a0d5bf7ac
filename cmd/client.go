package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"netpatrol/internal/config"
	"netpatrol/internal/web/api"
)

// client connects to the daemon as the officer who is signed in here, or else as the
// one whose unix user this is.
func (t *tool) client() (*api.Client, error) {
	address, err := t.address()
	if err != nil {
		return nil, err
	}
	token, err := t.token(address)
	if err != nil {
		return nil, err
	}
	return api.NewClient(address, token), nil
}

// address is the daemon's socket, always absolute, because tokens are kept by it.
func (t *tool) address() (string, error) {
	socket := t.socket
	if socket == "" {
		found, err := config.SocketOf(t.config)
		if err != nil {
			var faults config.Faults
			if errors.As(err, &faults) {
				return "", err
			}
			return "", mend(err, "say where netpatrol.yaml is with --config, or where the daemon listens with --socket")
		}
		socket = found
	}
	address, err := filepath.Abs(socket)
	if err != nil {
		return "", fmt.Errorf("find the daemon's socket: %w", err)
	}
	if _, err := os.Stat(address); err != nil {
		return "", mend(fmt.Errorf("no daemon listens on %s: %w", address, pathless(err)), "start it with netpatrol serve, or name its socket with --socket")
	}
	return address, nil
}

func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// token is what a login left, if there was one. NETPATROL_TOKEN overrules it.
func (t *tool) token(address string) (string, error) {
	if token := t.env("NETPATROL_TOKEN"); token != "" {
		return token, nil
	}
	tokens, err := t.tokens()
	return tokens[address], err
}

// tokenFile holds the tokens by socket, readable by nobody else.
func (t *tool) tokenFile() (string, error) {
	dir := t.env("XDG_CONFIG_HOME")
	if dir == "" {
		home := t.env("HOME")
		if home == "" {
			return "", mend(errors.New("there is no home directory to keep a sign-in in"), "set HOME, or NETPATROL_TOKEN")
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "netpatrol", "tokens.json"), nil
}

func (t *tool) tokens() (map[string]string, error) {
	tokens := map[string]string{}
	file, err := t.tokenFile()
	if err != nil {
		return tokens, nil //nolint:nilerr // without a home nobody can have signed in
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return tokens, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &tokens)
	}
	if err != nil {
		return nil, mend(fmt.Errorf("read your sign-in: %w", err), "remove %s and run netpatrol login", file)
	}
	return tokens, nil
}

// keepToken remembers a token for a socket; an empty one is forgotten.
func (t *tool) keepToken(address, token string) error {
	file, err := t.tokenFile()
	if err != nil {
		return err
	}
	tokens, err := t.tokens()
	if err != nil {
		tokens = map[string]string{} // what cannot be read is of no use: begin again
	}
	tokens[address] = token
	if token == "" {
		delete(tokens, address)
	}
	b, err := json.Marshal(tokens)
	if err != nil {
		return fmt.Errorf("keep your sign-in: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("keep your sign-in: %w", err)
	}
	return replaceFile(file, b)
}

// replaceFile writes a private file whole or not at all.
func replaceFile(file string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone already when all went well
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
