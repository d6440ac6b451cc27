//! The text of a report, line by line.

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Counts, Report, text};

use crate::sample::{bad, empty, good, hostile, usual};

/// In one language, with plain spaces.
fn render(report: &Report, lang: Lang) -> String {
    text::render(report, &Texts::new(lang)).replace('\u{a0}', " ")
}

/// A line without the width of its columns.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn has(report: &Report, lang: Lang, wanted: &str) {
    let shown = render(report, lang);
    assert!(shown.lines().any(|line| squeezed(line) == wanted), "{wanted:?} is not in\n{shown}");
}

/// Trade, ISACOMPTA CONNECT: "a summary 24 / 25 treated, 1 in error".
#[test]
fn the_last_line_says_how_many_are_saved_and_which_are_not() {
    let last = |report: &Report| Lang::ALL.map(|lang| render(report, lang).lines().last().unwrap().to_owned());
    assert_eq!(
        last(&usual()),
        [
            "24 of 25 dossiers saved, 1 in error: D1234 open at PC-03.",
            "24 sur 25 dossiers sauvegardés, 1 en erreur : D1234 ouvert sur PC-03.",
            "24 de 25 dossiês salvos, 1 com erro: D1234 aberto em PC-03.",
        ]
    );
    assert_eq!(
        last(&good()),
        ["24 of 24 dossiers saved, 0 in error.", "24 sur 24 dossiers sauvegardés, 0 en erreur.", "24 de 24 dossiês salvos, 0 com erro."]
    );
    let said = "4 alarms; 24 of 27 dossiers saved, 3 in error: D1234 open at PC-03, D2000 not there, D2001 cannot be read.";
    assert_eq!(last(&bad())[0], said);
}

/// Trade: "a report per run: each dossier succeeded or not", and "causes explained".
#[test]
fn a_dossier_has_one_line_with_outcome_bytes_time_cause_and_remedy() {
    let cause = "PC-03 works in it: the lock file ledger.lck is there. The state of 2026-11-21 21:00 is kept. Ask PC-03 to close the \
                 dossier; it is saved at the next run. If nobody has it open, the lock file was left behind: open and close the dossier \
                 once.";
    has(&usual(), Lang::English, &format!("D1234 in use 12.3 MB 0 B 0.0 s {cause}"));
    has(&usual(), Lang::English, "D1003 saved 12.3 MB 1.5 MB 0.0 s Left out on purpose: photos, indexes.");
    has(&usual(), Lang::French, "D1003 sauvegardé 12,3 Mo 1,5 Mo 0,0 s Laissé de côté volontairement : photos, indexes.");
    has(&usual(), Lang::Portuguese, "D1003 salvo 12,3 MB 1,5 MB 0,0 s Deixado de fora de propósito: photos, indexes.");
    has(&usual(), Lang::Portuguese, "D1000 sem alteração 12,3 MB 0 B 0,0 s");
}

#[test]
fn the_head_says_where_when_and_how_much() {
    has(&bad(), Lang::English, "Backup of SRV01, Sunday 22 November 2026, 21:00 (UTC+01:00)");
    has(&bad(), Lang::French, "Sauvegarde de SRV01, dimanche 22 novembre 2026 à 21:00 (UTC+01:00)");
    has(&bad(), Lang::Portuguese, "Cópia de segurança de SRV01, domingo, 22 de novembro de 2026, 21:00 (UTC+01:00)");
    has(&bad(), Lang::French, "Durée 1 min 05 s");
    has(&bad(), Lang::French, "Espace libre restant 1,2 To");
    has(&bad(), Lang::English, "Reason before-closing");
}

#[test]
fn alarms_are_first_then_errors_then_the_others() {
    for lang in Lang::ALL {
        let shown = render(&bad(), lang);
        let place = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words} is not in\n{shown}"));
        let (alarm, error, well) = (place("!!! D1007"), place("\nD1234"), place("\nD1000"));
        assert!(alarm < error && error < well, "{shown}");
        assert_eq!(shown.matches("!!! ").count(), 4);
    }
    let alarm = "!!! D1007: The journal journal.log became shorter, from 5.0 MB to 1.0 kB; it should only grow. Ask who maintains the \
                 program. The state before is kept.";
    has(&bad(), Lang::English, alarm);
}

#[test]
fn very_many_causes_are_counted() {
    let shown = render(&bad(), Lang::English);
    let line = shown.lines().find(|line| line.starts_with("D2001")).unwrap();
    assert_eq!(line.matches("could not be read").count(), 5);
    assert!(line.contains("There are 4 more causes") && line.contains("It was never saved."), "{line}");
}

#[test]
fn columns_begin_at_one_place() {
    for lang in Lang::ALL {
        let shown = render(&usual(), lang);
        let lines: Vec<&str> = shown.lines().filter(|line| line.starts_with("D1") && !line.contains("Dossi")).collect();
        assert_eq!(lines.len(), 25);
        let sizes: Vec<usize> = lines.iter().map(|line| line.chars().position(|c| c == '3').unwrap_or_default()).collect();
        assert!(sizes.windows(2).all(|pair| pair[0].abs_diff(pair[1]) <= 40), "{sizes:?}");
        let of = |line: &str| line.find(" MB").or_else(|| line.find(" Mo")).map(|at| line[..at].chars().count());
        assert!(lines.iter().all(|line| of(line) == of(lines[0]) && of(line).is_some()), "{shown}");
    }
}

/// Each line of the report is one line of ours: no name begins another, moves the cursor or turns the writing.
#[test]
fn no_name_breaks_a_line() {
    let lines = |report: &Report, lang| render(report, lang).lines().count();
    for lang in Lang::ALL {
        let mut tame = hostile();
        tame.failure = Some("x".to_owned());
        let shown = render(&hostile(), lang);
        assert_eq!(lines(&hostile(), lang), lines(&tame, lang));
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()) && !shown.contains('\u{202e}'), "{shown}");
    }
}

#[test]
fn a_failed_run_says_so_first_and_last() {
    let mut report = empty();
    report.snapshot = None;
    report.failure = Some("the disk is full".to_owned());
    for (lang, said) in [
        (Lang::English, "The run failed: the disk is full"),
        (Lang::French, "La sauvegarde a échoué : the disk is full"),
        (Lang::Portuguese, "A execução falhou: the disk is full"),
    ] {
        let shown = render(&report, lang);
        assert!(shown.contains(&format!("!!! {said}")) && shown.lines().last().unwrap().starts_with(said), "{shown}");
    }
    assert!(report.is_error());
}

#[test]
fn what_counts_as_an_error() {
    assert!(!good().is_error() && usual().is_error() && bad().is_error());
    assert_eq!(bad().counts(), Counts { asked: 27, saved: 24, in_error: 3, not_asked: 1, alarms: 4 });
    let mut partly = good();
    partly.dossiers[0].causes = usual().dossiers[24].causes.clone();
    assert!(partly.is_error());
    has(&partly, Lang::English, &squeezed(render(&partly, Lang::English).lines().find(|line| line.starts_with("D1000")).unwrap()));
    assert!(render(&partly, Lang::English).contains("D1000    incomplete"));
    let mut alarmed = good();
    alarmed.dossiers[1].alarms = bad().dossiers[7].alarms.clone();
    assert!(alarmed.is_error() && alarmed.errors_file().is_none());
    assert_eq!(bad().errors_file().unwrap(), "D1234\nD2000\nD2001\n");
}

#[test]
fn a_brief_report_names_only_who_needs_attention() {
    let brief = text::render_brief(&usual(), &Texts::new(Lang::English));
    assert!(brief.contains("D1234") && !brief.contains("D1000") && brief.ends_with("D1234 open at PC-03.\n"), "{brief}");
    assert!(!text::render_brief(&good(), &Texts::new(Lang::English)).contains("D1"));
}

#[test]
fn very_many_errors_are_counted() {
    let mut report = good();
    for dossier in &mut report.dossiers {
        dossier.outcome = usual().dossiers[24].outcome;
    }
    let said = report.summary(&report.local(&Texts::new(Lang::English)));
    assert_eq!(
        said,
        "0 of 24 dossiers saved, 24 in error: D1000 in use, D1001 in use, D1002 in use, D1003 in use, D1004 in use, and 19 more."
    );
}
