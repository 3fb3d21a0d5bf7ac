package config

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// checks are an assembly with one platform, whose schedules fire unless they ask for
// the thirtieth of February.
func checks() Checks {
	return Checks{
		Platforms: map[string]adapters.Manifest{"pretend": {
			Name:    "pretend",
			Watch:   []string{"mentions"},
			Options: []adapters.Setting{{Name: "visibility", Help: "who sees bulletins"}},
			Secrets: []adapters.Setting{{Name: "token", Required: true, Help: "an access token of the account"}},
		}},
		Schedule: func(s Schedule) error {
			if _, err := time.LoadLocation(s.Zone); err != nil {
				return &BadSchedule{Field: "zone", Problem: "no such zone", Mend: "use an IANA name"}
			}
			switch s.Cron {
			case "":
				return errors.New("there is no spec")
			case "0 9 30 2 *":
				return &BadSchedule{Field: "cron", Problem: "it never fires", Mend: "choose a day that exists"}
			}
			return nil
		},
	}
}

// Each mistake has a file or directory named after it, and the faults people see beside it.
func TestEveryMistakeIsNamedWithItsPlaceAndMend(t *testing.T) {
	entries, err := os.ReadDir("testdata/mistakes")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isFile := strings.CutSuffix(e.Name(), ".yaml")
		if !isFile && !e.IsDir() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", "mistakes", e.Name())
			_, err := Load(path, checks())
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("want faults, got %v", err)
			}
			golden(t, filepath.Join("testdata", "mistakes", name+".want"), faults.Error()+"\n")
			if strings.Contains(err.Error(), "swordfish") {
				t.Errorf("a secret shows in:\n%v", err)
			}
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

func TestAGoodConfigurationLoadsWithDefaultsAndAccountFiles(t *testing.T) {
	cfg, err := Load("testdata/good", checks())
	if err != nil {
		t.Fatal(err)
	}
	uid := 0
	want := Default()
	want.State = "testdata/good/state"
	want.Unit = Unit{Name: "海口市公安局", Region: "460100", Language: "zh-Hans"}
	want.Console = Listener{Listen: "10.0.0.5:8110", PublicURL: "https://desk.example.gov.cn"}
	want.Officers = []Officer{{ID: "chen", Name: "陈警官", Roles: []string{"officer"}, UID: &uid}}
	want.Accounts = []Account{
		{
			ID: "haikou", Platform: "pretend", BaseURL: "https://social.example.cn", Language: "zh-Hans",
			Watch: []string{"mentions"}, Poll: 5 * time.Second, Options: map[string]string{"visibility": "public"},
			Secrets: map[string]adapters.Secret{"token": "swordfish"}, File: "testdata/good/netpatrol.yaml", Line: 8,
		},
		{
			ID: "sanya", Platform: "pretend", Language: "en", Watch: []string{}, Poll: 30 * time.Second,
			Secrets: map[string]adapters.Secret{"token": "two\nlines"}, File: "testdata/good/accounts.d/sanya.yaml", Line: 1,
		},
	}
	want.Schedules = []Schedule{{
		Name: "早间通报", Cron: "0 9 * * *", Zone: "Asia/Shanghai", CatchUp: "latest", Window: 2 * time.Hour,
		Accounts: []string{"haikou", "sanya"}, Line: 15,
	}}
	if d := cmp.Diff(want, cfg); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if cfg.Socket() != "testdata/good/state/netpatrol.sock" {
		t.Errorf("socket at %s", cfg.Socket())
	}
}

// Whoever asks for the socket needs nothing else of the file to be right or readable.
func TestTheSocketIsFoundWhateverElseIsWrong(t *testing.T) {
	for path, want := range map[string]string{
		"testdata/good":      "testdata/good/state/netpatrol.sock",
		"testdata/elsewhere": "testdata/elsewhere/run/np.sock",
		"testdata/mistakes/secret-file-missing.yaml": "testdata/mistakes/state/netpatrol.sock",
		"testdata/mistakes/unknown-key.yaml":         "testdata/mistakes/state/netpatrol.sock",
		"testdata/mistakes/not-yaml.yaml":            "",
		"testdata/mistakes/wrong-types.yaml":         "",
		"testdata/mistakes/none.yaml":                "",
	} {
		got, err := SocketOf(path)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("SocketOf(%s) = %q, %v; want %q", path, got, err, want)
		}
	}
}

func TestAFileThatCannotBeReadIsNoFault(t *testing.T) {
	for _, path := range []string{"testdata/none.yaml", "testdata/secrets"} {
		_, err := Load(path, checks())
		var faults Faults
		if err == nil || errors.As(err, &faults) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestAPipeIsNoSecretFile(t *testing.T) {
	dir := t.TempDir()
	source := "unit: {name: 海口网警}\naccounts: [{id: a, platform: pretend, secrets: {token_file: /dev/null}}]\n"
	file := filepath.Join(dir, FileName)
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(dir, checks())
	if err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

// The sample loads as it is, and so it does with every example line taken into use.
func TestTheSampleIsRight(t *testing.T) {
	load := func(source []byte) (*Config, error) {
		dir := t.TempDir()
		secrets := filepath.Join(dir, "secrets")
		if err := errors.Join(os.WriteFile(filepath.Join(dir, FileName), source, 0o600), os.Mkdir(secrets, 0o700),
			os.WriteFile(filepath.Join(secrets, "haikou-token"), []byte("x"), 0o600),
			os.WriteFile(filepath.Join(dir, "meilan.secret"), []byte(strings.Repeat("s", minBridgeSecret)), 0o600)); err != nil {
			t.Fatal(err)
		}
		c := checks()
		c.Platforms["mastodon"] = c.Platforms["pretend"]
		return Load(dir, c)
	}
	cfg, err := load(Sample())
	if err != nil {
		t.Fatalf("the sample as it is: %v", err)
	}
	if d := cmp.Diff(Default().Pace, cfg.Pace); d != "" {
		t.Errorf("the sample shows other defaults than Default (-default +sample):\n%s", d)
	}
	whole := regexp.MustCompile(`(?m)^#  |^# (frontdoor:|units:|filing:|audit:)`).ReplaceAll(Sample(), []byte("  $1"))
	whole = regexp.MustCompile(`(?m)^  (frontdoor:|units:|filing:|audit:)`).ReplaceAll(whole, []byte("$1"))
	key := base64.StdEncoding.EncodeToString(make([]byte, ed25519.PublicKeySize)) // of another unit: the sample leaves it open
	cfg, err = load(bytes.Replace(whole, []byte("key: \"…\""), []byte("key: \""+key+"\""), 1))
	if err != nil {
		t.Fatalf("the sample with its examples: %v", err)
	}
	if len(cfg.Accounts) != 1 || len(cfg.Schedules) != 1 || len(cfg.Officers) != 2 || len(cfg.Units) != 1 || len(cfg.Filing) != 1 || cfg.Frontdoor.Listen == "" {
		t.Errorf("an example is missing: %+v", cfg)
	}
	if d := cmp.Diff(defaultSchedule().Window, cfg.Schedules[0].Window); d != "" {
		t.Error(d)
	}
}

// The roles a file may name are those the records know.
func TestRolesAreTheRecordsRoles(t *testing.T) {
	want := []string{}
	for _, r := range []record.Role{record.Editor, record.Duty, record.Approver, record.Auditor, record.Admin, record.Volunteer} {
		want = append(want, string(r))
	}
	if !slices.Equal(want, Roles()) {
		t.Errorf("config knows %v, record knows %v", Roles(), want)
	}
}

func TestSuggestNamesTheNearestWord(t *testing.T) {
	known := []string{"accounts", "schedules", "unit"}
	for word, want := range map[string]string{"acounts": "accounts", "schedule": "schedules", "UNIT": "", "": "", "zone": ""} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// Whatever the bytes, loading neither panics nor accepts a nameless unit, and every fault
// has a place and a mend.
func FuzzLoad(f *testing.F) {
	f.Add(Sample())
	files, _ := filepath.Glob("testdata/mistakes/*.yaml")
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		if len(source) > 4<<10 {
			return
		}
		d, cfg := newDecoder("fuzz.yaml"), Default()
		d.dir = t.TempDir()
		d.whole(source, cfg)
		if !d.broken {
			d.check(cfg, checks())
		}
		if len(d.faults) == 0 && strings.TrimSpace(cfg.Unit.Name) == "" {
			t.Error("a unit without a name was accepted")
		}
		for _, fault := range d.faults {
			if fault.Line < 1 || fault.Mend == "" || fault.What == "" {
				t.Errorf("half a fault: %+v", fault)
			}
		}
	})
}

func ExampleFaults() {
	_, err := Load("testdata/mistakes/unknown-key-deep.yaml", Checks{})
	fmt.Println(err)
	// Output:
	// testdata/mistakes/unknown-key-deep.yaml:3:3: unknown key "regoin" in unit
	// 	mend: did you mean region? known: language, links, name, region
}

// One account that is misconfigured keeps no other from service; what is wrong in the main file
// still does.
func TestLoadSound_SetsBrokenAccountFilesAside(t *testing.T) {
	const (
		main    = "unit: {name: 海口市公安局}\nofficers:\n  - {id: chen, name: 陈, roles: [admin], previews: {danzhou: x}}\nschedules:\n  - {name: 早, cron: \"0 9 * * *\", accounts: [haikou, danzhou]}\n"
		account = "id: haikou\nplatform: pretend\nbase_url: https://a.example\nsecrets: {token: x}\n"
	)
	for name, c := range map[string]struct {
		files map[string]string
		want  []string // accounts
		aside int      // files
		fails bool
	}{
		"nothing is wrong":             {files: map[string]string{"a.yaml": account, "b.yaml": strings.Replace(account, "haikou", "danzhou", 1)}, want: []string{"haikou", "danzhou"}},
		"no YAML, and a secret amiss":  {files: map[string]string{"a.yaml": account, "b.yaml": "id: danzhou\n\tx", "c.yaml": "id: sanya\nplatform: pretend\nbase_url: https://c.example\n"}, want: []string{"haikou"}, aside: 2},
		"the main file":                {files: map[string]string{"a.yaml": account, "b.yaml": "\tx", "../netpatrol.yaml": "unit: {}\n"}, fails: true},
		"an account that nobody wrote": {files: map[string]string{"a.yaml": account}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, AccountsDir), 0o700); err != nil {
				t.Fatal(err)
			}
			write := func(name, text string) {
				if err := os.WriteFile(filepath.Join(dir, AccountsDir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("../netpatrol.yaml", main)
			for name, text := range c.files {
				write(name, text)
			}
			cfg, aside, err := LoadSound(dir, checks())
			if (err != nil) != c.fails {
				t.Fatalf("%v", err)
			}
			if c.fails {
				return
			}
			var got []string
			for _, a := range cfg.Accounts {
				got = append(got, a.ID)
			}
			files := map[string]bool{}
			for _, f := range aside {
				files[f.File] = true
			}
			if !slices.Equal(got, c.want) || len(files) != c.aside {
				t.Errorf("accounts %v, aside %v", got, aside)
			}
		})
	}
}
