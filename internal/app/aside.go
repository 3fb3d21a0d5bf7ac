package app

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// setAside tells people of account files that are wrong and therefore not in service. The
// others are: one broken account never keeps another from its work.
func (a *App) setAside(ctx context.Context, faults config.Faults) error {
	told := map[string]bool{}
	for _, f := range faults {
		a.o.Log.ErrorContext(ctx, "an account file is set aside", "file", f.File, "line", f.Line, "fault", f.What, "mend", f.Mend)
		if told[f.File] {
			continue
		}
		told[f.File] = true
		if err := a.store.Update(ctx, func(tx record.Tx) error { return asideAlarm(tx, f, time.Now()) }); err != nil {
			return err
		}
	}
	return nil
}

func asideAlarm(tx record.Tx, f config.Fault, now time.Time) error {
	name := filepath.Base(f.File)
	about := bots.Target{Kind: bots.KindAccount}
	if id := strings.TrimSuffix(name, filepath.Ext(name)); known(tx, id) {
		about.ID = id
	}
	id := "config/" + name + ".alarm"
	x, err := record.Load[record.Alarm](tx, id)
	if errors.Is(err, record.ErrNotFound) {
		x, err = &record.Alarm{Head: bots.Head{ID: id, Stream: "config", Created: now}}, nil
	}
	if err != nil {
		return err
	}
	x.State, x.Updated, x.About = record.AlarmOpen, now, about
	x.Why = "账号文件 " + name + " 有误，其中的账号没有启用，其他账号照常。请运行 netpatrol check，改好后重新启动"
	return tx.Put(x)
}

func known(tx record.Tx, account string) bool {
	_, err := record.HeadOf(tx, bots.KindAccount, account)
	return err == nil
}
