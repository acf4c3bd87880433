"""Which resin a text means."""

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.search.resins import Resin, is_variant, resins, resolve_resin, same_family
from shared.search.resins.names import folded
from shared.search.resins.words import RESINS_FILE, TRADE_NAMES_FILE, WORDS_FILE, Collected, Meaning, vocabulary
from tests.support.effort import assert_linear

# What people type, by the code that it stands for.
ENGLISH = """
PA12: Polyamide 12
PA: nylon
PC: poly carbonate; medical grade PC; PC for lenses; PC; PC (polycarbonate)
PMMA: PMMA; acrylic; cast PMMA; extruded acrylic
PE-LD: LDPE; LDPE film grade; food contact LDPE
PE-LLD: LLDPE; mLLDPE
PE-MD: MDPE
PE-UHMW: UHMWPE
PP-H: PPH
PP-R: PPR; random copolymer PP; PP random copolymer; ppr
PS: GPPS; crystal PS
PS-E: EPS
SAN: SAN
MABS: MABS; transparent ABS
PETG: PET-G; PETG
PCTG: PCTG
PLA: PLA natural; PLA
PEEK: PEEK; polyetheretherketone
PPSU: PPSU
PESU: PES
PSU: PSU; polysulphone
PVC-U: PVC rigid; extrusion grade PVC-U; unplasticised PVC; pvc-u
PVC-P: flexible PVC; soft PVC
PA610: Nylon 6,10; biobased PA 6.10
PA46: PA 4.6; PA46
PPA: PPA
E/VAL: EVOH
COP: COP
TPE: TPE
TPV: TPV
TPA: PEBA
PP: r-PP; PCR PP; food grade PP; conductive PP; PP black; PP high flow; medical PP
PE-HD: rHDPE; PE100; high density polyethylene; HDPE blow moulding grade; UV-stabilized HDPE
ABS: PIR ABS; antistatic ABS; high heat ABS; ABS injection moulding grade; ABS antistatic; ABS natural; high-impact
  ABS; rABS
PA11: bio-based PA11; PA 11
PA66: heat stabilised PA66; PA 6.6 natural; heat-stabilised PA 6.6; recycled PA66
POM-C: acetal copolymer; POM-C black; POM copolymer
PPE+PS: modified PPO
PE-X: crosslinked polyethylene; XLPE
CA: cellulose acetate
TPU: thermoplastic polyurethane
PBT: PBT natural unfilled; PBT natural; impact-modified PBT
PA612: PA 6-12
PA1010: PA1010
PE: Polyethylene; bioPE
POM: polyoxymethylene; Acetal
PA6T: PA6T
PARA: PARA
PET: PET; 100% recycled PET; bio-PET
PTFE: PTFE virgin
FEP: FEP
ETFE: ETFE
ECTFE: ECTFE
PPS: polyphenylene sulfide
PEI: polyetherimide
PAI: PAI
PUR: PUR
TPC: TPE-E; TPC-ET
TPS: TPE-S; SBS
POE: POE
TPO: TPO
PP-B: PP impact copolymer; PPc
PS-HI: high impact polystyrene; PS-I
PA6: rPA6; Polyamide 6 (PA6); PA-6; pa 6 nat.
PHA: PHA
PBS: PBS
CAB: cellulose acetate butyrate
CP: CAP
SI: silicone; LSR
EP: epoxy resin
MF: melamine
PF: phenolic
EPDM: EPDM
PVB: PVB
PVDC: PVDC
PVAL: PVOH
E/MA: EMA
E/MAA: ionomer
PB: polybutene-1
PMP: TPX
SMAH: SMA
POM-H: POM homopolymer; acetal homopolymer
PAR: polyarylate
PCT: PCT
PTT: PTT
PEN: PEN
PMMI: PMMI
PVC: PVC compound
PK: PK; polyketone
"""
GERMAN = """
PA66: Polyamid 66; Polyamid 6.6; PA66 UV-beständig
PVC-P: Weich-PVC; PVC weich; weiches PVC
PVC-U: PVC hart; Polyvinylchlorid hart; Hart PVC; weichmacherfreies PVC
PE-HD: Polyethylen hoher Dichte; PE-HD natur; Polyethylen hochdicht; HD-Polyethylen
PE-LD: PE niedriger Dichte; Hochdruck-Polyethylen; Polyethylen niedriger Dichte
PMMA: Polymethylmethacrylat; Acrylglas; PMMA glasklar; Plexiglas klar
PUR: Polyurethan
PBT: Polybutylenterephthalat; PBT verstärkt
PET: Polyethylenterephthalat; recyceltes PET
PPS: Polyphenylensulfid
PEEK: Polyetheretherketon
PSU: Polysulfon
PVC: Polyvinylchlorid
ABS: Acrylnitril-Butadien-Styrol; ABS schwarz; ABS lichtstabilisiert; ABS hochglänzend; ABS galvanisierbar;
  leitfähiges ABS
CA: Celluloseacetat
PLA: Polylactid; Polymilchsäure
TPU: thermoplastisches Polyurethan
SAN: Styrol-Acrylnitril
SI: Silikonkautschuk; Silikon
PP-B: Polypropylen-Copolymer; PP-Blockcopolymer; PP Block
PP-R: PP Random-Copolymer
PS: PS glasklar; Polystyrol natur
PP: PP Rezyklat; PP lebensmittelecht; PP lebensmittelkonform; PP-Regenerat; PP für Automobil
PA6: PA6 schlagzäh; Nylon 6; Polyamid 6 natur; PA 6 wärmestabilisiert
PS-HI: schlagzähes PS; hochschlagfestes Polystyrol; PS schlagfest
PE-X: vernetztes PE; PE vernetzt
PTFE: Polytetrafluorethylen
PVDF: Polyvinylidenfluorid
EP: Epoxidharz; Epoxid
PF: Phenolharz
MF: Melaminharz
UP: ungesättigtes Polyesterharz
PA: Polyamid
PA12: Polyamid 12
PE-LLD: PE linear niedriger Dichte
PS-E: Styropor
POM-C: Polyoxymethylen Copolymer
POM-H: POM-Homopolymer
PPE: Polyphenylenether; Polyphenylenoxid
PPE+PS: modifiziertes PPE
PEI: Polyetherimid
PESU: Polyethersulfon
PI: Polyimid
PP-H: Polypropylen Homopolymer
TPE: thermoplastisches Elastomer
PB: Polybutylen
CAB: Celluloseacetobutyrat
EVAC: Ethylen-Vinylacetat
PC: PC transparent; Polycarbonat UV-stabilisiert
PE-UHMW: PE ultrahochmolekular
PE: Polyethylenrezyklat; Polyaethylen
ASA: Acrylnitril-Styrol-Acrylat
PAEK: Polyaryletherketon
"""
ROMANCE = """
PA66: polyamide 6.6; poliammide 66; PA 6.6 noir; poliamida 6.6
PP: polypropylène; PP recyclé; PP riciclato; polipropileno reciclado; PP injection naturel
PE-LD: polyéthylène basse densité; PEBD; polietileno de baja densidad; polietilene a bassa densità
PVC-P: PVC souple; PVC flexible; PVC plastifié; PVC plastificato; PVC morbido
PVC-U: PVC rigide; PVC rigido; PVC rígido
PS-HI: polystyrène choc; polistirene antiurto; poliestireno de alto impacto; PS choc
PS: polystyrène cristal; polystyrène; polistirolo; polistirene cristallo; poliestireno cristal
PC: polycarbonate transparent; polycarbonate; policarbonato trasparente; policarbonato transparente
POM: polyoxyméthylène; acétal; resina acetálica; poliossimetilene; poliacetal
PA6: PA6 naturel; poliamida 6; PA6 naturale
PP-B: PP copolymère; PP copolymère bloc; polipropilene copolimero; polipropileno copolímero
ABS: ABS noir; ABS antiestático; ABS blanco; ABS nero
PE-HD: polietilene ad alta densità; PEAD; PE haute densité; PEHD recyclé; polietileno de alta densidad
PMMA: polimetilmetacrilato; metacrilato; polyméthacrylate de méthyle; polimetacrilato de metilo; acrílico
PVC: policloruro de vinilo; cloruro di polivinile; polychlorure de vinyle; cloruro de polivinilo
PE-LLD: PEBDL; polyéthylène linéaire basse densité; polietileno lineal de baja densidad
PP-H: PP homopolímero; polipropilene omopolimero; PP homopolymère; PP omopolimero; polipropileno homopolímero
TPU: poliuretano termoplástico; polyuréthane thermoplastique; poliuretano termoplastico
PBT: polybutylène téréphtalate; polibutilentereftalato
PSU: polisolfone
PE: polyéthylène; polietilene; polietileno
PS-E: polystyrène expansé; poliestireno expandido
PA12: polyamide 12; poliammide 12
PUR: polyuréthane
TPE: élastomère thermoplastique; elastomero termoplastico
CA: acétate de cellulose
POM-C: POM copolymère; resina acetalica copolimero
PPS: polysulfure de phénylène
PET: polietilentereftalato; tereftalato de polietileno
SI: caoutchouc silicone
"""
BLENDS = """
PC+ABS: ABS/PC; ABS + PC; Blend aus PC und ABS; PC-ABS blend; polycarbonate/ABS; mélange PC et ABS; PC/ABS recycled;
  alloy of PC and ABS; lega PC/ABS; PC + ABS; (PC+ABS); PC/ABS-Blend; ABS-PC blend black; Polycarbonat/ABS; PC/ABS 30%
  recycled; ABS y PC; PC e ABS; miscela PC+ABS; PC/ABS HI
PC+PBT: PBT/PC; PC/PBT; PC und PBT; PC-PBT; PBT PC
PC+PET: PC+PET; PET PC; PC/PET
PC+ASA: ASA/PC; ASA-PC; PC/ASA UV; PC ASA; ASA+PC
PA+ABS: PA/ABS; ABS+PA
PPE+PS: PPO/PS; PS/PPO; PPE+HIPS; PPO/HIPS
PPE+PA66: PA66/PPE; PA66+PPE
PMMA+ABS: PMMA/ABS; ABS/PMMA
PP+EPDM: PP/EPDM; EPDM modified PP
PBT+ASA: PBT+ASA
PC+PMMA: PC/PMMA
ABS+PVC: ABS/PVC
PA6+ABS: PA6/ABS
PC+TPU: PC/TPU
PS+PE: PS/PE
PA6+PP: PA6+PP
PC+PCTG: PC/PCTG
"""
TRADE_NAMES = """
PA6: Ultramid B3S; Akulon K223; Radilon S; Zytel 7335F; Ultramid B; Durethan B 30 S; Technyl C 206; Grilon BS
PA66: Ultramid A3K; Technyl A 205; Zytel ST801; Ultramid A; Zytel; Durethan A 30 S; Akulon S223
PA12: Vestamid L1600; Grilamid L20G; Vestamid L 2140; Rilsan AMNO; Rilsan AESN; Rilsamid
PA11: Rilsan B; Rilsan BMNO
PBT: Celanex 2500; Ultradur B4520; Crastin S600F10; Pocan B1305; Valox 325; Arnite T06 202; Celanex 3300; Crastin
  SK605; Pocan B3235; Valox 420
PC: Lexan 141R; Makrolon 2407 natural; Lexan EXL1414; Makrolon® 2805 clear; Makrolon; Makrolon LED2245; Lexan; Lexan
  143; Calibre 301-15; Panlite L-1225Y
PC+ABS: Bayblend T65 XF; Pulse 2000; Bayblend T85; Cycoloy C6600; Pulse A35-105; Xantar C CM406
ABS: Terluran GP-22; Lustran; Magnum 3453; Cycolac MG47; Novodur; Terluran HI-10; Lustran 348; Magnum 8434; Cycolac;
  Novodur HH-106; Polylac PA-757; Toyolac 700; Cycolac MG47 black
SAN: Luran 368R; Luran 388S; Tyril 905
ASA: Luran S; Geloy; Luran S 757G; Luran S797SE; Geloy CR7520
PMMA: Plexiglas 8N; Altuglas V825T; Plexiglas 7N; Plexiglas 8N clear; Perspex; Diakon
POM: Ultraform N2320; Celcon M90; Kepital F20-03; Celcon M270; Duracon M90-44; Kepital
PPE+PS: Noryl 731; Noryl; Noryl GFN2
PA46: Stanyl TW341; Stanyl
PPA: Amodel AS-1133; Amodel
PPS: Ryton R-4; Fortron 1140L4; Ryton; Fortron 0220
PEEK: Victrex 450G; Vestakeep 2000G
PEI: Ultem 1000; Ultem 2300
PSU: Udel P-1700; Ultrason S 2010; Ultrason S
PESU: Ultrason E 2010; Ultrason E; Radel A-300
PPSU: Radel R-5000
PAI: Torlon 4203L; Torlon
LCP: Vectra A130; Vectra E130i
PE-HD: Hostalen GC 7260; Lupolen 5261 Z; Hostalen ACP 9255 Plus; Eltex TUB121; Stamylan HD 8621
PP: Sabic PP 579S; Hostacom; Moplen EP548R; Eltex P; Daplen EE168; Moplen; Moplen HP500N; Moplen RP348R; Eltex P
  HV001; Stamylan P 17M10; Daplen EE188AI; Borealis PP HD120MO; Sabic PP 579S black
PS: Styrolution PS 143E; Polystyrol 143E; Polystyrol 158K; Edistir N1840
PVDF: Kynar 720; Kynar; Solef 1008
PTFE: Teflon
FEP: Teflon FEP
EVAC: Elvax 460; Evatane 28-05
E/MAA: Surlyn 8920; Surlyn; Nucrel
TPC: Hytrel 4056; Arnitel EM400; Hytrel; Arnitel
TPU: Elastollan 1185A; Texin 285; Desmopan; Elastollan C85A; Pellethane 2363; Estane
TPS: Thermolast K; Kraton G1650; Kraton G
TPA: Pebax 3533; Pebax
PBAT: Ecoflex F; Ecoflex
PLA: Ingeo 3052D; Ingeo 4043D; NatureWorks PLA
COC: Topas 5013; Topas
COP: Zeonex 480R; Zeonor
PETG: Eastar GN071; Eastar 6763
PARA: Ixef 1022; Ixef
PAPACM12: Trogamid CX7323
PC+PET: Makroblend UT
MABS: Terlux 2802
TPV: Santoprene 201-64; Santoprene 121-67
POM-H: DuPont Delrin 100; Delrin; Delrin 511P NC010
PA: Ultramid
PA6/66: Ultramid C40L
PA612: Zytel 158L; Vestamid D16
PAMACM12: Grilamid TR 55
PET: Rynite 530; Arnite AV2 372; Hostaphan
POM-C: Hostaform C 13021; Hostaform
PPE+PA: Noryl GTX 964; Noryl GTX974
PC+PBT: Xenoy 5220U
PE-LD: Lupolen 2420H; Lupolen
PS-E: Styropor P
PFA: Teflon PFA
ETFE: Tefzel
ECTFE: Halar
POE: Engage 8200
PCTG: Tritan
PANDT/INDT: Trogamid T5000
PI: Vespel SP-1
PA+ABS: Terblend N; Triax 1120
PE-LLD: Dowlex 2045
PE-UHMW: GUR 4120
E/VAL: EVAL F101B; Soarnol
SBC: Styrolux 684D; K-Resin KR03
EP: Araldite
PF: Bakelite
"""


def spellings(*tables: str) -> list[tuple[str, str]]:
    rows = [row.partition(": ") for table in tables for row in re.sub(r"\n  ", " ", table).strip().splitlines()]
    return [(text, code) for code, _, texts in rows for text in texts.split("; ")]


def test_a_code_is_found_with_its_name_and_family():
    assert resolve_resin("PP") == Resin("PP", "polypropylene", "polyolefin", "PP", known=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pp", "PP"),
        (" Polypropylene ", "PP"),
        ("poly-prop", "PP"),
        ("POLYPROP", "PP"),
        ("hdpe", "PE-HD"),
        ("High Density Polyethylene", "PE-HD"),
        ("Nylon 6", "PA6"),
        ("nylon-6", "PA6"),
        ("PA 6", "PA6"),
        ("PA-66", "PA66"),
        ("Nylon 6/6", "PA66"),
        ("PA6,6", "PA66"),
        ("PA6.12", "PA612"),
        ("Makrolon", "PC"),
        ("Makrolon®", "PC"),
        ("Lexan™", "PC"),
        ("plexiglas", "PMMA"),
        ("poly(methyl methacrylate)", "PMMA"),
        ("Delrin", "POM-H"),
        ("hips", "PS-HI"),
        ("PVC-U", "PVC-U"),
        ("uPVC", "PVC-U"),
        ("TPE-U", "TPU"),
        ("EVA", "EVAC"),
        ("\uff30\uff30", "PP"),
        ("P\u2011P", "PP"),
    ],
)
def test_case_spaces_and_punctuation_do_not_matter(text, code):
    found = resolve_resin(text)
    assert (found.code, found.known, found.filler) == (code, True, None)
    assert found.given == text.strip()


@pytest.mark.parametrize(
    ("text", "code", "filler"),
    [
        ("PP-GF30", "PP", "GF30"),
        ("pp gf30", "PP", "GF30"),
        ("PP GF 30", "PP", "GF30"),
        ("PP-GF30%", "PP", "GF30"),
        ("PA66GF30", "PA66", "GF30"),
        ("PA66-CF20", "PA66", "CF20"),
        ("PP-TD20", "PP", "TD20"),
        ("PP TV20", "PP", "TV20"),
        ("PP-T20", "PP", "TD20"),
        ("PP-K40", "PP", "K40"),
        ("PBT-GF", "PBT", "GF"),
        ("PA6-GF25+MD15", "PA6", "GF25+MD15"),
        ("PA6-(GF25+MD15)", "PA6", "GF25+MD15"),
        ("PC+ABS-FR(40)", "PC+ABS", "FR40"),
        ("PC/ABS GF10", "PC+ABS", "GF10"),
        ("polypropylene GF30", "PP", "GF30"),
        ("PE-HD-X10", "PE-HD", "X10"),
    ],
)
def test_a_filler_is_noted_and_leaves_the_resin(text, code, filler):
    found = resolve_resin(text)
    assert (found.code, found.filler, found.known) == (code, filler, True)
    assert found.given == text


@pytest.mark.parametrize(("text", "code", "filler"), [
    ("PC flammwidrig", "PC", "FR"),
    ("PA66-GF30", "PA66", "GF30"),
    ("PA66 GF 30", "PA66", "GF30"),
    ("PA6 GF15", "PA6", "GF15"),
    ("PA 6 GF 30 schwarz", "PA6", "GF30"),
    ("30% glass filled PA66", "PA66", "GF30"),
    ("PP 20% talc", "PP", "TD20"),
    ("talc filled PP", "PP", "TD"),
    ("PP 20 % Talkum", "PP", "TD20"),
    ("PP mineral filled", "PP", "MD"),
    ("PA6 MD40", "PA6", "MD40"),
    ("PA66 glasfaserverstärkt", "PA66", "GF"),
    ("PA6 mit 15 % Glaskugeln", "PA6", "GB15"),
    ("PA6 chargé 30% fibres de verre", "PA6", "GF30"),
    ("PA66 rinforzato fibra vetro 30%", "PA66", "GF30"),
    ("PA6 30% fibra de vidrio", "PA6", "GF30"),
    ("PP LGF40", "PP", "GF40"),
    ("long glass fibre PP", "PP", "GF"),
    ("PA66 CF20", "PA66", "CF20"),
    ("PEEK 30% carbon fiber", "PEEK", "CF30"),
    ("PPS GF40", "PPS", "GF40"),
    ("PBT GF30 FR", "PBT", "GF30+FR"),
    ("PA66 GF25 V0", "PA66", "GF25+FR"),
    ("ABS V0", "ABS", "FR"),
    ("PP flame retardant", "PP", "FR"),
    ("PC UL94 V-0", "PC", "FR"),
    ("flammgeschütztes PC/ABS", "PC+ABS", "FR"),
    ("PA6-GF15+MD25", "PA6", "GF15+MD25"),
    ("PA6 GF15 MD25", "PA6", "GF15+MD25"),
    ("PP T40", "PP", "TD40"),
    ("PA6 GK30", "PA6", "GB30"),
    ("PP chalk filled", "PP", "K"),
    ("PP 30% CaCO3", "PP", "K30"),
    ("PA66 30GF", "PA66", "GF30"),
    ("PA6 FV30", "PA6", "GF30"),
    ("PP+20%talc", "PP", "TD20"),
    ("glass bead filled PA12", "PA12", "GB"),
    ("PBT 30 GF", "PBT", "GF30"),
    ("POM with 25% glass", "POM", "GF25"),
    ("polyamide 6 chargé verre", "PA6", "GF"),
    ("PP talco 20%", "PP", "TD20"),
    ("PPGF30", "PP", "GF30"),
    ("PP-GF30-UV", "PP", "GF30"),
    ("ABS ignifugé", "ABS", "FR"),
    ("PC autoestinguente", "PC", "FR"),
    ("nylon 66 33% glass", "PA66", "GF33"),
    ("40 % mineral PA66", "PA66", "MD40"),
    ("Ultramid A3WG6", "PA66", "GF30"),
    ("Zytel 70G30", "PA66", "GF30"),
    ("Zytel HTN51G35", "PPA", "GF35"),
    ("Durethan BKV 30", "PA6", "GF30"),
    ("Grilon BG-30", "PA6", "GF30"),
    ("BASF Ultramid B3EG6", "PA6", "GF30"),
    ("ABS ignifuge V0", "ABS", "FR"),
    ("PA66 autoestinguente", "PA66", "FR"),
    ("PP caricato talco 20%", "PP", "TD20"),
    ("poliammide 6.6 caricata vetro 30%", "PA66", "GF30"),
    ("poliamida 66 con fibra de vidrio", "PA66", "GF"),
    ("PP con 20% de talco", "PP", "TD20"),
    ("PA6 reforzada con 30% fibra de vidrio", "PA6", "GF30"),
    ("polyamide renforcé fibres de verre", "PA", "GF"),
    ("PA66 renforcé 30% fibre de verre", "PA66", "GF30"),
    ("PBT rinforzato vetro 20%", "PBT", "GF20"),
    ("PPE/PA66 GF30", "PPE+PA66", "GF30"),
    ("PBT/ASA GF20", "PBT+ASA", "GF20"),
    ("PBT+PET GF30", "PBT+PET", "GF30"),
    ("PP-EPDM TD20", "PP+EPDM", "TD20"),
    ("PP+EPDM T20", "PP+EPDM", "TD20"),
    ("PC+ABS FR V0", "PC+ABS", "FR"),
    ("PC ABS V0", "PC+ABS", "FR"),
    ("PP GF30", "PP", "GF30"),
    ("PP-GF 30", "PP", "GF30"),
    ("GF30 PP", "PP", "GF30"),
    ("30% GF PA66", "PA66", "GF30"),
    ("PA66 GF30 black", "PA66", "GF30"),
    ("PA6 30% glass fibre", "PA6", "GF30"),
    ("PA 6 GF30 natur", "PA6", "GF30"),
    ("PA66-GF35 HSL", "PA66", "GF35"),
    ("PA66 (GF30)", "PA66", "GF30"),
    ("polyamide 66 30% glass fiber reinforced", "PA66", "GF30"),
    ("PBT-GF30", "PBT", "GF30"),
    ("PBT 20% GF", "PBT", "GF20"),
    ("PET GF45", "PET", "GF45"),
    ("PPS-GF40", "PPS", "GF40"),
    ("PEEK CF30", "PEEK", "CF30"),
    ("PEEK-GF30", "PEEK", "GF30"),
    ("PC 20% glass", "PC", "GF20"),
    ("PC+GF20", "PC", "GF20"),
    ("PP TD40", "PP", "TD40"),
    ("PP-TD 20", "PP", "TD20"),
    ("PP talc 20%", "PP", "TD20"),
    ("PP 20T", "PP", "TD20"),
    ("PP 30% talc filled", "PP", "TD30"),
    ("PP + 40% talcum black", "PP", "TD40"),
    ("mineral-filled PP", "PP", "MD"),
    ("PA6 30% mineral", "PA6", "MD30"),
    ("PA66 MD30", "PA66", "MD30"),
    ("PP 40% calcium carbonate", "PP", "K40"),
    ("PP LGF30", "PP", "GF30"),
    ("PP long glass fibre 40%", "PP", "GF40"),
    ("PP mit Talkum", "PP", "TD"),
    ("PP talkumgefüllt", "PP", "TD"),
    ("Polyamid 6 glasfaserverstärkt 30%", "PA6", "GF30"),
    ("PA6 verstärkt mit 30 % Glasfasern", "PA6", "GF30"),
    ("Polyamid 66 mit 35% GF", "PA66", "GF35"),
    ("PBT mit 30 Prozent Glasfaser", "PBT", "GF30"),
    ("PA12 mit Glaskugeln", "PA12", "GB"),
    ("PA6 kohlefaserverstärkt", "PA6", "CF"),
    ("PA6 GK30 schwarz", "PA6", "GB30"),
    ("POM 20% glass beads", "POM", "GB20"),
    ("glass-reinforced nylon 66", "PA66", "GF"),
    ("33% glass-filled nylon 6/6", "PA66", "GF33"),
    ("glass filled nylon", "PA", "GF"),
    ("PA66 glass fibre 50%", "PA66", "GF50"),
    ("carbon filled PA12", "PA12", "CF"),
    ("LCP GF30", "LCP", "GF30"),
    ("PA66 GF30 FR", "PA66", "GF30+FR"),
    ("PC FR(40)", "PC", "FR40"),
    ("PBT FR", "PBT", "FR"),
    ("PA6 V2", "PA6", "FR"),
    ("HIPS V0", "PS-HI", "FR"),
    ("PP flammwidrig", "PP", "FR"),
    ("halogen free flame retardant PA66", "PA66", "FR"),
    ("ABS FR natural", "ABS", "FR"),
    ("PC 10% GF V-0", "PC", "GF10+FR"),
    ("PA6-(GF15+MD25)", "PA6", "GF15+MD25"),
    ("PA6 GF10 MD20", "PA6", "GF10+MD20"),
    ("PA66 15% glass 25% mineral", "PA66", "GF15+MD25"),
    ("PA6 GF30 HI", "PA6", "GF30"),
    ("PPA GF50", "PPA", "GF50"),
    ("PPE/PS GF20", "PPE+PS", "GF20"),
    ("wood filled PP", "PP", "WD"),
    ("PP NF30", "PP", "NF30"),
    ("PP hemp fibre", "PP", "NF"),
    ("GMT PP", "PP", "GM"),
    ("PA6 gf", "PA6", "GF"),
    ("TPU GF", "TPU", "GF"),
    ("Ultramid A3EG7", "PA66", "GF35"),
    ("Ultramid B3EG6 black", "PA6", "GF30"),
    ("Zytel 70G33L", "PA66", "GF33"),
    ("Zytel HTN 51G35", "PPA", "GF35"),
    ("Zytel 73G30", "PA6", "GF30"),
    ("Durethan BKV30", "PA6", "GF30"),
    ("Technyl A218 V30", "PA66", "GF30"),
    ("Akulon K224-G6", "PA6", "GF30"),
    ("Radilon A RV300", "PA66", "GF30"),
    ("Radilon S RV300", "PA6", "GF30"),
    ("Ultradur B4300 G6", "PBT", "GF30"),
    ("Makrolon FR6005", "PC", "FR"),
    ("Bayblend FR3010", "PC+ABS", "FR"),
    ("Victrex 450GL30", "PEEK", "GF30"),
    ("Ultradur S4090 G6", "PBT+ASA", "GF30"),
    ("PPT20", "PP", "TD20"),
    ("Polypropylen mit 20 Gew.-% Talkum", "PP", "TD20"),
    ("poliamida 6 con 15% de fibra de vidrio", "PA6", "GF15"),
    ("poliammide 6 rinforzata con fibra di vetro", "PA6", "GF"),
    ("PBT chargé billes de verre 20%", "PBT", "GB20"),
    ("Ultramid S3WG6 Balance", "PA610", "GF30"),
    ("PA6 30 GF", "PA6", "GF30"),
    ("PA 6 10% GF", "PA6", "GF10"),
    ("PA 66 GF", "PA66", "GF"),
    ("PA66G30", "PA66", "GF30"),
    ("PA6 30% glass/mineral", "PA6", "(GF+MD)30"),
    ("PA66-(GF+MD)40", "PA66", "(GF+MD)40"),
    ("PP 20% EPDM 10% talc", "PP+EPDM", "TD10"),
    ("PP GF30 glass filled", "PP", "GF30"),
    ("PC FR GF10", "PC", "GF10+FR"),
    ("Hostaform C 9021 GV1/30", "POM-C", "GF30"),
    ("Grivory GV-5H", "PA66+PA6I/6T", "GF50"),
    ("talc filled PP 40%", "PP", "TD40"),
    ("talkumgefülltes PP 20%", "PP", "TD20"),
    ("glass filled PA66 30 %", "PA66", "GF30"),
    ("glass fibre reinforced polyamide 6 natural, 25 percent", "PA6", "GF25"),
    ("verre chargé PA6 30 %", "PA6", "GF30"),
    ("talcato PP 20 %", "PP", "TD20"),
    ("con fibra de vidrio PBT 20 por ciento", "PBT", "GF20"),
    ("mit Glasfasern verstärktes PBT, 30 %", "PBT", "GF30"),
    ("glass filled Ultramid A3K 30%", "PA66", "GF30"),
    ("glass filled PC/ABS 20%", "PC+ABS", "GF20"),
    ("glass bead filled PA12 V0 30%", "PA12", "GB30+FR"),
    ("FR glass filled PA66 30%", "PA66", "GF30+FR"),
    ("glass/mineral filled PA6 40% natural", "PA6", "(GF+MD)40"),
    ("recycled glass filled PP 40%", "PP", "GF40"),
    ("glass filled PA66 30% talc", "PA66", "GF+TD30"),
    ("glass filled PA66 30% talc 20%", "PA66", "GF30+TD20"),
    ("30% glass PA66 20%", "PA66", "GF30"),
    ("talc filled PP 40% recycled", "PP", "TD"),
    ("talc filled PP 20% EPDM", "PP+EPDM", "TD"),
    ("glass filled PA66 15% PTFE", "PA66", "GF"),
    ("V0 PC 30%", "PC", "FR"),
    ("30% recycled PP", "PP", None),
    ("PA66 30%", "PA66", None),
    ("PP ohne Talkum", "PP", None),
    ("PP for glass containers", "PP", None),
])  # fmt: skip
def test_a_filler_is_understood_in_any_wording(text, code, filler):
    found = resolve_resin(text)
    assert (found.code, found.filler, found.known) == (code, filler, True)


@pytest.mark.parametrize(("text", "code"), spellings(ENGLISH, GERMAN, ROMANCE, BLENDS, TRADE_NAMES))
def test_a_resin_is_understood_as_people_type_it(text, code):
    found = resolve_resin(text)
    assert (found.code, found.filler, found.known) == (code, None, True)


@pytest.mark.parametrize(
    ("text", "code", "attributes"),
    [
        ("rPET", "PET", ("recycled",)),
        ("PP-Rezyklat", "PP", ("recycled",)),
        ("post-consumer recycled HDPE", "PE-HD", ("recycled",)),
        ("bio-PE", "PE", ("bio-based",)),
        ("clear PC", "PC", ("clear",)),
        ("UV stabilised PP", "PP", ("UV stabilised",)),
        ("impact modified PA6", "PA6", ("impact modified",)),
        ("PA6.6-GF30 HS", "PA66", ("heat stabilised",)),
        ("PC V-0", "PC", ("flame retardant",)),
        ("PP LGF40", "PP", ("long fibres",)),
        ("PP lebensmittelecht natur", "PP", ("food contact", "natural")),
        ("PP for food contact", "PP", ("food contact",)),
        ("PEHD injection", "PE-HD", ("injection moulding grade",)),
        ("ABS antistatic, antistatisch", "ABS", ("antistatic",)),
        ("POM + PTFE", "POM", ("lubricated",)),
        ("PVC/ABS rigid", "PVC+ABS", ("rigid",)),
        ("PP ohne Talkum, UV", "PP", ("UV stabilised",)),
        ("ABS schwarz RAL 9005", "ABS", ()),
        ("Magnum 3904 Smooth", "ABS", ()),
        ("PA6 haute résistance au choc", "PA6", ("impact modified",)),
        ("glow-wire PC", "PC", ("glow-wire resistant",)),
        ("glühdrahtbeständiges PA66 GF30", "PA66", ("glow-wire resistant",)),
        ("PA6 résistant au fil incandescent", "PA6", ("glow-wire resistant",)),
        ("PBT verzugsarm", "PBT", ("low warpage",)),
        ("low-warpage PBT GF20", "PBT", ("low warpage",)),
        ("PP geruchsarm, kratzfest", "PP", ("low emission", "scratch resistant")),
        ("PC halogen-free FR", "PC", ("halogen-free", "flame retardant")),
        ("metal detectable POM", "POM", ("metal detectable",)),
        ("PPSU acqua potabile", "PPSU", ("potable water",)),
        ("PE-X trinkwassergeeignet", "PE-X", ("potable water",)),
        ("ABS grado médico", "ABS", ("medical",)),
        ("PC EMI shielding grade", "PC", ("conductive",)),
        ("PBT marcabile al laser", "PBT", ("laser markable",)),
        ("PE-HD soplado", "PE-HD", ("blow moulding grade",)),
        ("PE rotomoulé", "PE", ("rotomoulding grade",)),
        ("PLA 3D-Druck", "PLA", ("additive manufacturing grade",)),
        ("PS tiefziehfähig", "PS", ("thermoforming grade",)),
        ("PMMA optical grade", "PMMA", ("optical grade",)),
        ("PE-LD masterbatch carrier", "PE-LD", ("carrier",)),
        ("BPA-free PC", "PC", ("free of a substance",)),
        ("steam resistant PPSU", "PPSU", ("other property",)),
        ("boiling water resistant PP-GF30", "PP", ("other property",)),
        ("dampfbeständiges PPSU", "PPSU", ("other property",)),
        ("kochfestes PP natur", "PP", ("other property", "natural")),
        ("nicht dampfbeständiges PP", "PP", ()),
        ("amine-free POM", "POM", ("other property",)),
        ("ABS REWORK grade", "ABS", ("other property",)),
    ],
)
def test_what_else_is_said_is_kept_in_plain_words(text, code, attributes):
    found = resolve_resin(text)
    assert (found.code, found.attributes) == (code, attributes)


@pytest.mark.parametrize(
    ("base", "word", "code"),
    [
        ("PVC", "rigid", "PVC-U"), ("PVC", "Hart", "PVC-U"), ("PVC", "rigide", "PVC-U"), ("PVC", "rígido", "PVC-U"),
        ("PVC", "weich", "PVC-P"), ("PVC", "souple", "PVC-P"), ("PVC", "flexible", "PVC-P"),
        ("Polystyrol", "schlagfestes", "PS-HI"), ("polystyrène", "choc", "PS-HI"), ("polistirene", "antiurto", "PS-HI"),
        ("poliestireno", "alto impacto", "PS-HI"), ("PS", "expandable", "PS-E"), ("PE", "haute densité", "PE-HD"),
        ("PE", "alta densidad", "PE-HD"), ("PE", "linear low density", "PE-LLD"), ("PE", "vernetzt", "PE-X"),
        ("PE", "Hart", "PE-HD"),
        ("polyester", "thermoset", "UP"), ("PVC", "ohne Weichmacher", "PVC-U"),
        ("ABS", "transparent", "MABS"), ("PPO", "modified", "PPE+PS"), ("POM", "homopolymer", "POM-H"),
        ("PP", "copolymère", "PP-B"), ("PP", "random copolymer", "PP-R"), ("polyurethane", "thermoplastic", "TPU"),
    ],
)  # fmt: skip
def test_a_word_that_decides_the_resin_is_not_dropped(base, word, code):
    for text in (f"{base} {word}", f"{word} {base}", f"{word}-{base}", f"{base}, {word}"):
        found = resolve_resin(text)
        assert (found.code, found.attributes) == (code, ()), text


@pytest.mark.parametrize("text", ["PETG30", "PAMXD6", "PA6T", "PP-B", "PE-X", "PA12"])
def test_no_part_of_a_code_is_taken_for_a_filler(text):
    found = resolve_resin(text)
    assert found.filler is None
    assert found.code == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PC/ABS", "PC+ABS"),
        ("ABS/PC", "PC+ABS"),
        ("abs + pc", "PC+ABS"),
        ("Bayblend", "PC+ABS"),
        ("Noryl", "PPE+PS"),
        ("PC/PMMA", "PC+PMMA"),
        ("PP+PE+EVA", "PP+PE+EVAC"),
        ("PP e PE", "PP+PE"),
        ("PPE + high impact PS", "PPE+PS"),
        ("PA66/PPE", "PPE+PA66"),
        ("PA6/66", "PA6/66"),
        ("Polyamid 6/66", "PA6/66"),
        ("TPE (SEBS)", "TPS"),
        ("PA6/PA66", "PA6+PA66"),
        ("Bayblend PC/ABS", "PC+ABS"),
        ("Makrolon + ABS", "PC+ABS"),
        ("Lupolen HDPE 5261", "PE-HD"),
        ("transparent ABS/PC", "PC+ABS"),
    ],
)
def test_blends_are_known_by_name_or_by_their_parts(text, code):
    found = resolve_resin(text)
    assert (found.code, found.known) == (code, True)


def test_a_blend_has_the_family_of_its_first_part():
    found = resolve_resin("PBT/PMMA")
    assert found.family == "polyester"
    assert found.name == "poly(butylene terephthalate) and poly(methyl methacrylate) blend"


@pytest.mark.parametrize(
    "text", ["unobtainium", "PC/unobtainium", "unobtainium-GF30", "GF30", "+", "'; drop", "PA6/99"]
)
def test_an_unknown_resin_passes_through_with_its_text(text):
    assert resolve_resin(f" {text} ") == Resin(text, None, None, text, known=False)


@pytest.mark.parametrize("blend", [code for code in resins() if "+" in code])
@pytest.mark.parametrize("between", ["/", "+", " ", "-", " und ", " and ", " et "])
def test_a_blend_with_a_code_has_it_in_any_order(blend, between):
    parts = blend.split("+")
    for text in (between.join(parts), between.join(reversed(parts)), f"Blend aus {between.join(reversed(parts))}"):
        assert resolve_resin(text).code == blend, text


@pytest.mark.parametrize(
    "text",
    [
        "like ABS", "Resin 4711", "XPT9", "n/a", "standard plastic", "Polywhatever 66", "PA 4711", "nylon 7",
        "Polyamid 99", "PA6T30", "PP or ABS", "PP, ABS", "PP vs PE", "PP for ABS moulds", "not PP", "foo PP bar",
        "PP unobtainium", "PP/XYZ", "PC-XYZ", "PP-like", "PP SI", "PS U", "PP E", "Delrin PA66", "Celstran", "Arnite",
        "glass fibre", "30%", "FR V0", "recycled", "high impact", "thermoplastic resin", "Kunststoff schwarz",
        "Ultramidol", "12345", "?", "PA6/99", "PP30", "glow-wire", "masterbatch carrier", "low warpage grade",
        "optical grade foo", "PC optical foo", "PC-XYZ resistant", "PP/XYZ grade", "PC-free ABS", "Polyfest",
        "steam resistant", "lot free 22", "PPE foo modified",
    ],
)  # fmt: skip
def test_nothing_is_guessed(text):
    assert resolve_resin(text) == Resin(text, None, None, text, known=False)


@pytest.mark.parametrize("text", ["PP-GF10+GF20+MD10+TD5+GB5", "PP" + " " * 97 + "GF30", "+".join(["PP"] * 40)])
def test_what_is_longer_than_any_compound_is_no_resin(text):
    assert resolve_resin(text) == Resin(text, None, None, text, known=False)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("PP", "PE-HD", True),
        ("PA6", "PA66", True),
        ("PP", "pp-gf30", True),
        ("PC", "PC+ABS", True),
        ("PP", "PA6", False),
        ("PP", "unobtainium", False),
        ("unobtainium", "unobtainium", False),
    ],
)
def test_families(first, second, same):
    assert same_family(first, second) is same_family(second, first) is same


def test_every_code_name_and_alias_leads_to_its_resin():
    for code, entry in resins().items():
        for text in (code, code.lower(), entry.name, *entry.aliases):
            found = resolve_resin(text)
            assert (found.code, found.filler) == (code, None), text


def test_every_trade_name_leads_to_its_resin():
    trade_names = yaml.safe_load(TRADE_NAMES_FILE.read_text(encoding="utf-8"))
    for code, names in trade_names["names"].items():
        for text in names:
            assert resolve_resin(text).code == resolve_resin(f"{text} 4711X natural").code == code, text
    for name, entry in trade_names["graded"].items():
        for grade, code in entry.get("grades", {}).items():
            text = f"{name} {grade.removesuffix('*')}"
            assert resolve_resin(text).code == (code or text), text


def test_every_word_has_the_meaning_it_is_listed_under():
    words = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    for name, entry in words["attributes"].items():
        for word in entry["words"]:
            for text in (f"PMMA {word}", f"{word} PMMA"):
                assert (resolve_resin(text).code, resolve_resin(text).attributes) == ("PMMA", (name,)), text
    for name, entry in words["fillers"].items():
        letters = entry.get("filler", name)
        for word in entry.get("words", []):
            amount = "" if letters == "FR" else "20"
            assert resolve_resin(f"20% {word} PMMA").filler == f"{letters}{amount}", word
            assert (resolve_resin(f"PMMA {word}").code, resolve_resin(f"PMMA {word}").filler) == ("PMMA", letters), word
    for word in (word for group in words["ignored"].values() for word in group):
        found = resolve_resin(f"PMMA {word}")
        assert (found.code, found.filler, found.attributes) == ("PMMA", None, ()), word


def test_words_decide_for_resins_that_there_are():
    decided = {code for decides in vocabulary().decides.values() for pair in decides.items() for code in pair}
    trade_names = yaml.safe_load(TRADE_NAMES_FILE.read_text(encoding="utf-8"))
    named = {*trade_names["names"]}
    for entry in trade_names["graded"].values():
        named |= {entry.get("otherwise"), *entry.get("grades", {}).values()} - {None}
    assert {part for code in named for part in code.split("+")} | decided <= set(resins())


@pytest.mark.parametrize("file", [RESINS_FILE, WORDS_FILE, TRADE_NAMES_FILE])
def test_no_key_is_written_twice_where_only_the_last_would_count(file):
    nodes = [yaml.compose(file.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert sorted(keys) == sorted(set(keys))
            nodes += [value for _, value in node.value]


def test_two_meanings_of_one_word_are_refused():
    made = Collected()
    made.add("Polyamid", Meaning("resin", "PA"), "one.yaml")
    made.add("POLYAMID", Meaning("resin", "PA"), "one.yaml")
    with pytest.raises(ValueError, match=r"'poliammide' in two.yaml stands for 'PP' and for 'PA'"):
        made.add("poliammide", Meaning("resin", "PP"), "two.yaml")


@pytest.mark.parametrize(
    "words",
    [
        ("polyamid", "polyamide", "poliammide", "poliamida", "polyamides"),
        ("polypropylen", "polypropylene", "polypropylène", "polipropilene", "polipropileno"),
        ("polyethylenterephthalat", "polietilentereftalato"),
        ("polycarbonat", "polycarbonate", "policarbonato"),
        ("polysulfon", "polysulfone", "polisulfona", "polysulphone"),
    ],
)
def test_one_fold_stands_for_a_word_of_several_languages(words):
    assert len({folded(word.replace("è", "e")) for word in words}) == 1


def test_codes_are_written_as_iso_1043_writes_them():
    assert len(resins()) >= 60
    assert [code for code in resins() if not re.fullmatch(r"[A-Z0-9]+([-+/][A-Z0-9]+)*", code)] == []


@settings(deadline=None)
@given(st.text(max_size=600) | st.text("PAGF+-/() 0123456789%", max_size=600))
def test_any_text_is_a_resin_or_passes_through(text):
    found = resolve_resin(text)
    assert found.given == text.strip()
    assert found.known or found.code == text.strip()


NAMES = spellings(ENGLISH, GERMAN, ROMANCE, TRADE_NAMES)


@settings(deadline=None)
@given(
    st.text(max_size=100) | st.text("PAEVCGF-+/() 0123456789%", max_size=40) | st.sampled_from([n[0] for n in NAMES])
)
def test_the_code_of_a_resin_is_that_resin(text):
    found = resolve_resin(text)
    assert resolve_resin(found.code).code == found.code


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(NAMES), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]), st.integers(0, 3))
def test_neither_case_nor_blanks_around_change_a_resin(name, changed, blanks):
    text, code = name
    assert resolve_resin(" " * blanks + changed(text) + " " * blanks).code == code


@settings(deadline=None)
@given(st.sampled_from(sorted(code for code in resins() if "+" not in code)), st.sampled_from(["", " ", "-", ".", "_"]))
def test_punctuation_in_a_code_does_not_matter(code, between):
    written = between.join(re.findall(r"[A-Z]+|[0-9]+", code)) if "/" not in code else code
    assert resolve_resin(written).code == code


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["PP", "PC", "PBT", "PMMA", "SAN", "PET", "TPU"]), min_size=2, max_size=3, unique=True),
    st.sampled_from(["/", "+", " + ", " / ", " und "]),
)
def test_a_blend_has_the_parts_that_were_named(parts, between):
    assert sorted(resolve_resin(between.join(parts)).code.split("+")) == sorted(parts)


@pytest.mark.parametrize("piece", ["gf30", "pa6", "30% ", "glass ", "e ", "poly ", "a", "1", "%", "(", "r", "\ufdfa"])
def test_a_hostile_text_costs_little(piece):
    text = (piece * 100)[:100]
    for first in range(20):
        assert_linear(lambda length, rest=text[first:]: resolve_resin.__wrapped__(rest[:length]), 100 - first)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("PP", "PP-H", True),
        ("POM-C", "POM", True),
        ("PA", "PA66", True),
        ("PVC", "PVC-U", True),
        ("PA6", "PA66", False),
        ("POM-C", "POM-H", False),
        ("PE", "PET", False),
        ("PC", "PC+ABS", False),
        ("PP", "PP", False),
        ("", "PP", False),
    ],
)
def test_a_variant_is_a_kind_of_another_resin(first, second, kind):
    assert is_variant(first, second) is is_variant(second, first) is kind
