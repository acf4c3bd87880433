"""Colour words of five languages, held against what anybody would show for them.

A line of a table: how light the colour is (dark, medium, light or any), which it is, and what people type for it.
"""

import csv
from collections.abc import Iterator

import numpy as np
import pytest

from shared.colour.cmc import delta_e_cmc
from shared.colour.lab import Lab
from shared.colour.words import read_colour_words
from tests.support.colour_looks import looks_like
from tests.support.tracked_files import ROOT

ENGLISH = """
light beige: tan, beige, light beige, dark beige, nude, ecru, sandy beige, stone, vanilla, champagne, buff,
    oatmeal, mushroom, wheat, skin tone, natural beige, sandstone
dark black: jet black, deep black, traffic black, ebony, onyx, jet, raven black, carbon black, matt black
blue: blue, electric blue, bright blue, turquoise blue, blue violet, translucent blue, pearl blue, something like
    sky blue but darker, blue/green, purply blue, medium blue
dark blue: dark blue, navy, navy blue, midnight blue, cobalt blue, ultramarine, sapphire blue, deep blue, signal
    blue, peacock blue, indigo blue, marine blue, prussian blue, gentian blue, night blue, oxford blue, ink blue,
    blueberry, black blue, darkblue
light blue: pale blue, pastel blue, baby blue, ice blue, powder blue, light turquoise blue, aquamarine blue
medium blue: steel blue, denim blue, azure, cornflower blue, slate blue, grey blue, greyish blue, dusty blue,
    ocean blue, periwinkle
brown: yellowish brown
dark brown: brown, dark brown, chocolate, chocolate brown, chestnut, coffee, reddish brown, dark red brown,
    mahogany, walnut, espresso, olive brown, grey brown, black brown, reddish-brown
medium brown: rust, terracotta, light brown, caramel, taupe, camel, copper, bronze, russet, hazelnut, cinnamon,
    tobacco, fawn, orange brown, terra cotta
dark green: dark green, moss green, forest green, leaf green, pine green, hunter green, british racing green, dark
    grey green, a dark bluish green, racing green, fir green, peacock green, black green, dark olive green
green: green, bright green, grass green, neon green, yellowish green, bluish green, kelly green
light green: light green, pale green, pastel green, mint, mint green, apple green, sage green, sage, pistachio,
    chartreuse, lime, spring green
medium green: sea green, jade, yellow green, signal green, dull green, muted green, fern green
dark grey: dark grey, anthracite, anthracite grey, graphite, slate grey, gunmetal, lead grey, mouse grey
grey: grey, gray, warm grey, cool grey, brownish grey, greenish grey, bluish grey, slightly greenish grey
light grey: light grey, silver, silver grey, ash grey, pearl grey, sky grey, very light grey, dove grey,
    aluminium, silver metallic, lightgrey
medium grey: blue grey, medium grey, stone grey, platinum grey, concrete grey, steel grey, smoke grey, battleship
    grey, titanium, pewter, mid grey
dark olive: olive green, army green, khaki green
medium olive: olive, light olive
light orange: light orange, pastel orange, pumpkin, tangerine, amber
medium orange: dark orange, burnt orange, brick orange
orange: orange, bright orange, red orange, safety orange, fluorescent orange
light pink: salmon, salmon pink, pink, light pink, dusty pink, rose, blush, peach pink, soft pink, flamingo,
    bubblegum pink, baby pink, powder pink, shell pink, light salmon
medium pink: hot pink, dark pink, old rose, magenta, fuchsia, shocking pink, neon pink
dark purple: dark purple, aubergine, eggplant, royal purple, grape
light purple: light purple, lavender, wisteria, pale violet
medium purple: mauve, amethyst, orchid, heather, dark lilac
purple: purple, red violet
dark red: ruby red, wine red, burgundy, bordeaux, maroon, brick red, blood red, purplish red, brick, oxide red,
    deep burgundy, rust red, mulberry, cranberry, garnet, brownish red
medium red: raspberry, coral red, raspberry red
red: red, bright red, signal red, traffic red, scarlet, vermilion, cherry red, strawberry red, tomato red, orange
    red, vivid red, poppy red, flame red, fire engine red, transparent red, Colour: red, Red (RAL 3020), orangey red
dark turquoise: petrol, petrol blue, dark turquoise
light turquoise: aqua, aquamarine, light turquoise, mint blue
medium turquoise: cyan
turquoise: blue green
light white: cream white, off-white, pure white, traffic white, snow white, white, pearl white, warm white, cool
    white, brilliant white, arctic white, antique white, yellowish white, glossy white, off white
light yellow: gold, golden yellow, yellow, light yellow, pale yellow, bright yellow, lemon yellow, sun yellow,
    signal yellow, honey, saffron, straw, canary yellow, sunflower, corn yellow, butter yellow, chrome yellow,
    greenish yellow, neon yellow, metallic gold
medium yellow: dark yellow, mustard, mustard yellow, ochre
"""

GERMAN = """
light beige: beige, graubeige, sandbeige, hellbeige, creme, sand, hellbeige matt, champagner, vanille, nude,
    elfenbeinfarben, sandfarben, hautfarben, gelbgrau
dark black: schwarz, tiefschwarz, graphitschwarz, verkehrsschwarz, pechschwarz, dunkelanthrazit, schwarz matt,
    SCHWARZ
blue: blau, grünblau, azurblau, türkisblau, wasserblau, violettblau, grünliches Blau, mittelblau, Blau mit
    leichtem Rotstich, veilchenblau, transparent blau, kühles Blau
dark blue: dunkelblau, signalblau, marineblau, nachtblau, königsblau, kobaltblau, ultramarinblau, saphirblau,
    enzianblau, stahlblau, petrol, petrolblau, schwarzblau, verkehrsblau, tiefes Blau, indigo, jeansblau,
    mitternachtsblau, ozeanblau
light blue: himmelblau, pastellblau, eisblau, babyblau, hell blau
medium blue: graublau, taubenblau, lichtblau, kornblumenblau, gräuliches Blau, rauchblau
brown: rotbraun, rehbraun, olivbraun, khakigrau
dark brown: braun, nussbraun, kastanienbraun, schokoladenbraun, mahagonibraun, kaffeebraun, dunkelbraun,
    graubraun, sepia, umbra, schwarzbraun, rötliches Braun, mokka, signalbraun, kupferbraun, lehmbraun, sepiabraun
medium brown: hellbraun, kupfer, bronze, karamell, zimt, terrakotta, mittelbraun, haselnuss, cognac, rost,
    kupferfarben, orangebraun, beigebraun, ockerbraun, braungrau
dark green: dunkelgrün, signalgrün, laubgrün, flaschengrün, smaragdgrün, kieferngrün, farngrün, waldgrün,
    jägergrün, patinagrün, verkehrsgrün, tannengrün, Farbe wie Flaschengrün, tanne, schwarzgrün, dunkel grün, Dunkel-
    Grün, dunkelgruen
green: grün, gelbgrün, blaugrün, grasgrün, maigrün, minzgrün, giftgrün, neongrün, türkisgrün, gelbliches Grün,
    bläuliches Grün, ein sattes Grün, leuchtend grün
light green: hellgrün, grüngelb, mintgrün, lindgrün, apfelgrün, helles Grün, mint, salbei, pistazie, lime,
    lichtgrün, weißgrün, blassgrün, hellgruen
medium green: graugrün, schilfgrün, resedagrün, avocado, schilf, smaragd, jade
dark grey: dunkelgrau, mausgrau, schiefergrau, anthrazitgrau, basaltgrau, graphitgrau, schwarzgrau,
    dunkelblaugrau, eisengrau, bleigrau, granitgrau, umbragrau, quarzgrau
grey: grau, ein kühles Grau, warmes Grau, beigegrau, grüngrau
light grey: hellgrau, lichtgrau, silbergrau, achatgrau, kieselgrau, fenstergrau, hellblaugrau, grauweiß, silber,
    sehr helles Grau, silberfarben, eisgrau, nebelgrau, perlgrau, silber metallic
medium grey: mittelgrau, steingrau, betongrau, platingrau, blaugrau, telegrau, zementgrau, taubengrau, aschgrau,
    rauchgrau, zinkgrau, verkehrsgrau, signalgrau
dark olive: olivgrün
medium olive: khaki, moosgrau
olive: oliv, olive
light orange: apricot, pfirsich, pastellorange, bernstein, apricotfarben
orange: orange, signalorange, verkehrsorange, tieforange, reinorange, blutorange, leuchtendes Orange, rotorange,
    gelborange
light pink: rosa, pink, lachs, hellrosa, zartrosa, pastellrosa, lachsrosa
medium pink: magenta, altrosa, rosarot, fuchsia, cyclam, erikaviolett, dunkelrosa, neonpink
dark purple: dunkelviolett, dunkellila, pflaume, aubergine, brombeer, brombeere
light purple: lila, hellviolett, helllila, lavendel, flieder, malve
medium purple: mauve, orchidee, signalviolett
purple: violett, rotviolett, blauviolett, verkehrspurpur, purpur, rotlila, blaulila
dark red: dunkelrot, rubinrot, karminrot, purpurrot, blutrot, kirschrot, ziegelrot, rostrot, bordeaux,
    bordeauxrot, burgunderrot, weinrot, dunkles Rot, bräunliches Rot, ziegel, kirsche, beere, schwarzrot, braunrot
light red: hellrot
medium red: himbeerrot, korallenrot, lachsrot, himbeere
red: signalrot, feuerrot, tomatenrot, erdbeerrot, leuchtrot, blaustichiges Rot, knallrot, erdbeere, tomate,
    orangerot
dark turquoise: dunkles Türkis
light turquoise: helles Türkis, aquamarin
medium turquoise: karibikblau
turquoise: türkis
light white: weiß, weiss, signalweiß, reinweiß, cremeweiß, perlweiß, verkehrsweiß, schneeweiß, altweiß,
    schneeweiss, leicht bläuliches Weiß, gelbstichiges Weiß, eierschale, weiß hochglanz, warmes Weiß
light yellow: gelb, signalgelb, sandgelb, honiggelb, maisgelb, rapsgelb, sonnengelb, schwefelgelb, zinkgelb,
    safrangelb, pastellgelb, hellgelb, gold, blasses Gelb, melonengelb, narzissengelb, knallgelb, quietschgelb,
    zitrone, dottergelb, strohgelb, goldfarben, neongelb
medium yellow: ocker, ockergelb, senfgelb, dunkelgelb, currygelb, senf, curry
"""

FRENCH = """
light beige: beige, écru, ivoire, crème, sable, beige clair, beige rosé, beige foncé, grège, coquille d'oeuf,
    blanc ivoire, champagne, vanille, chair, couleur sable
dark black: noir, noir profond, noir mat, noir graphite, noir ébène, noire
blue: bleu, bleu turquoise, bleu électrique, bleu azur, bleu vert, bleu paon, bleu verdâtre, bleue, bleu/vert
dark blue: bleu marine, bleu nuit, bleu roi, bleu foncé, bleu canard, bleu pétrole, bleu outremer, bleu cobalt,
    indigo, bleu très foncé, bleu saphir, bleu de Prusse, bleu minuit, bleu océan, bleu profond
light blue: bleu ciel, bleu clair, bleu pâle, bleu glacier, bleu lavande, bleu horizon, bleu layette, bleu pastel
medium blue: bleu acier, bleu gris, bleu ardoise, bleu jean, bleu-gris
brown: brun rouge, marron glacé
dark brown: brun, chocolat, marron foncé, brun chocolat, brun foncé, café, acajou, châtaigne
medium brown: cuivre, marron clair, caramel, taupe, rouille, terre cuite, brun clair, noisette, tabac, camel,
    bronze
dark green: vert émeraude, vert sapin, vert mousse, vert foret, vert anglais, vert forêt, vert très foncé
green: vert, vert bleuté, vert gazon, vert prairie, vert fluo, vert jaune, vert transparent, verte
light green: vert pomme, vert clair, vert anis, vert menthe, vert d'eau, vert amande, vert pistache, vert tilleul,
    vert céladon, vert d'eau pâle, vert lime
medium green: vert fougère, vert jade, vert gris
dark grey: gris foncé, gris souris, gris ardoise, anthracite, gris fer, gris plomb
grey: gris, gris chaud, gris vert, grise
light grey: gris clair, gris perle, gris argent, argenté, gris très clair, gris tourterelle
medium grey: gris bleu, gris béton, gris pierre, gris moyen, gris acier, gris cendré, gris fumée, gris étain, gris
    beige, gris argenté
dark olive: vert olive, vert kaki, vert militaire
medium olive: kaki
light orange: abricot, pêche, mandarine
medium orange: orange brûlé
orange: orange, orange vif, orange sanguine
light pink: rose pâle, rose clair, rose bonbon, rose saumon, saumon, corail, rose poudré, rose thé, rosâtre
medium pink: rose fuchsia, vieux rose, magenta, rose fluo, rose vif, fuchsia
dark purple: prune, aubergine, violet foncé, violine, violet prune, aubergine foncé
light purple: lilas, lavande
medium purple: mauve, parme
purple: violet
dark red: bordeaux, rouge foncé, rouge brique, rouge rubis, rouge vin, rouge bordeaux, pourpre, grenat, brique,
    rouge sang, rouge cramoisi, rouge brun, rouge oxyde, cerise, lie de vin, une teinte rouge foncé
medium red: rouge carmin, rouge cerise, rouge framboise, framboise
red: rouge, rouge vif, rouge feu, rouge orangé, rouge tomate, rouge coquelicot, rouges
medium turquoise: cyan
turquoise: turquoise
light white: blanc, blanc cassé, blanc pur, blanc crème, blanc neige, blanc signalisation, blanche
light yellow: jaune, jaune vif, jaune pâle, jaune d'or, jaune soleil, jaune orangé, doré, jaune canari, jaune
    paille, jaune poussin, jaune maïs, jaune safran, jaune verdâtre, or
medium yellow: jaune moutarde, jaune ocre, ocre, moutarde, laiton
"""

SPANISH = """
light beige: beige, crema, marfil, crudo, arena, trigo, vainilla, champán, hueso, piel, tostado
dark black: negro, negro intenso, negro mate, negro carbón, negro azabache, negras
blue: azul, azul eléctrico, azul verdoso, azul turquesa, azul violáceo, azulón, azules
dark blue: azul marino, azul oscuro, azul rey, azul petróleo, azul noche, azul cobalto, índigo, azul zafiro, azul
    índigo, azul ultramar, azul profundo, azul francia, petróleo
light blue: celeste, azul cielo, azul claro, azul celeste, azul bebé, azul pastel, azul pálido, azul hielo, tono
    azul grisáceo claro
medium blue: azul grisáceo, azul acero, azul vaquero, azul cian
dark brown: marrón, marrón oscuro, marrón chocolate, chocolate, café, caoba, castaño, pardo, pardo rojizo, café
    oscuro, nogal
medium brown: marrón claro, canela, terracota, teja, cobre, café claro, tabaco, avellana, camel, óxido, bronce
dark green: verde oscuro, verde esmeralda, verde musgo, verde bosque, verde pino, verde inglés, verde hoja
green: verde, verde azulado, verde hierba, verde amarillento, verde flúor, verde intenso
light green: verde claro, verde manzana, verde menta, verde agua, verde pistacho, pistacho, menta, verde lima,
    verde limón, verde pastel
medium green: verde jade, verde salvia, verde grisáceo
dark grey: gris antracita, gris marengo, antracita, gris plomo, gris pizarra
grey: gris, gris verdoso
light grey: plateado, gris perla, gris claro, gris plata
medium grey: gris azulado, gris piedra, gris humo, gris ceniza, gris acero, gris cemento, gris medio, gris topo
dark olive: verde oliva, verde militar, verde caqui
medium olive: caqui
olive: oliva
light orange: melocotón, albaricoque, naranja claro, mandarina, calabaza, ámbar
medium orange: naranja oscuro
orange: naranja, anaranjado, naranja fluorescente
light pink: rosa, salmón, coral, rosa claro, rosa pálido, rosa palo, rosado, rosa pastel, rosa chicle, rosa bebé
medium pink: fucsia, magenta, rosa fucsia, rosa viejo, rosa intenso
dark purple: morado oscuro, berenjena, ciruela, violeta oscuro, uva
light purple: lila, violeta claro, lavanda, lila claro, morado claro
medium purple: malva
purple: violeta, púrpura
dark red: rojo oscuro, rojo vino, rojo ladrillo, rojo rubí, granate, burdeos, carmesí, rojo sangre, rojo óxido,
    borgoña, guinda, ladrillo, color rojo vino, burdeos oscuro
light red: rojo claro
medium red: rojo cereza, rojo carmín, rojo coral, frambuesa
red: rojo vivo, rojo anaranjado, rojo fuego, rojo tomate, rojo intenso, bermellón, escarlata, roja
dark turquoise: turquesa oscuro
light turquoise: turquesa claro
medium turquoise: cian
turquoise: turquesa
light white: blanco roto, blanco puro, blanco crema, blanco nieve, blanco perla, blanco hueso, blanco grisáceo,
    blancos
light yellow: amarillo, amarillo limón, amarillo claro, amarillo oro, amarillo pálido, dorado, amarillo canario,
    amarillo huevo, amarillo fluorescente, amarillo verdoso, miel, paja, amarilla
medium yellow: amarillo mostaza, mostaza, ocre, amarillo ocre, latón
"""

ITALIAN = """
light beige: beige, sabbia, avorio, panna, crema, champagne, beige chiaro, beige scuro, ecrù, osso, lino, corda
dark black: nero, nero intenso, nero opaco, nero carbone, nero lucido
blue: blu, blu elettrico, blu pavone
dark blue: blu scuro, blu notte, blu marino, blu navy, blu cobalto, blu oltremare, blu petrolio, indaco, blu
    royal, blu zaffiro, blu di Prussia, blu profondo, colore blu notte, zaffiro
light blue: celeste, azzurro cielo, azzurro chiaro, blu chiaro, azzurro polvere, azzurro pastello
medium blue: azzurro, carta da zucchero, blu avio, blu jeans
dark brown: marrone scuro, cioccolato, castagna, testa di moro, marrone cioccolato, marrone rossiccio, noce,
    mogano, caffè, fango
medium brown: rame, bronzo, marrone chiaro, nocciola, ruggine, terracotta, cuoio, tabacco, cannella, cammello,
    bronzeo
dark green: verde bottiglia, verde smeraldo, verde pino, verde foresta, verde scurissimo, verde loden, verde
    bosco, verde muschio, verde scuro opaco
green: verde, verde prato, verde bandiera, verde acido, verdino, verdi
light green: verde chiaro, verde mela, verde acqua, verde menta, verde lime, verde pistacchio, verde lime acceso
medium green: verde salvia, verde giada, smeraldo
dark grey: grigio scuro, grigio antracite, grigio topo, grigio fumo, grigio ferro, antracite, grigio piombo,
    grigio ardesia, grigio grafite
grey: grigio, grigio bluastro
light grey: argento, grigio chiaro, grigio perla, grigio argento, grigio ghiaccio
medium grey: tortora, grigio cenere, grigio acciaio, grigio medio, grigio cemento, grigio talpa
dark olive: verde oliva, verde militare, verde cachi
medium olive: cachi
light orange: albicocca, pesca, mandarino, zucca, ambra
medium orange: arancio scuro
orange: arancio, arancione brillante
light pink: rosa, rosa chiaro, rosa pallido, salmone, corallo, cipria, rosa confetto, rosa carne
medium pink: rosa antico, fucsia, rosa acceso, ciclamino
dark purple: porpora, viola scuro, prugna, melanzana, viola melanzana, mora
light purple: lilla, viola chiaro, lavanda, glicine, lilla chiaro
medium purple: malva, viola ametista
purple: viola
dark red: rosso scuro, rosso mattone, rosso rubino, rosso vino, bordeaux, granata, amaranto, mattone, rosso
    sangue, rosso bordeaux, cremisi, ciliegia, vinaccia, un rosso scuro, rubino
medium red: rosso ciliegia, rosso carminio, rosso corallo, rosso lampone
red: rosso fuoco, rosso vivo, rosso Ferrari, rosso pomodoro, rosso aranciato, vermiglio, scarlatto, fragola,
    aragosta, rosse
dark turquoise: ottanio, verde petrolio, petrolio
light turquoise: acquamarina
medium turquoise: ciano
turquoise: turchese, turchino
light white: bianco sporco, bianco panna, bianco puro, crema chiaro, bianco neve, bianco latte, bianco ghiaccio,
    bianco crema, bianco perla, bianchi
light yellow: giallo limone, giallo chiaro, giallo oro, oro, giallo acceso, giallo canarino, giallo sole, giallo
    paglierino, giallo zafferano, giallo pallido, giallo verdastro, giallo fluo, miele, gialla
medium yellow: giallo ocra, giallo senape, senape, ocra, ottone
"""

TABLES = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH, "it": ITALIAN}


# Of a word's three nearest materials, so many look like it: the catalogue has few greys and whites.
MOSTLY = 0.93


def rows() -> Iterator[tuple[str, str, str]]:
    for language, table in TABLES.items():
        for line in table.replace("\n    ", " ").strip().splitlines():
            look, _, phrases = line.partition(": ")
            yield from ((language, look, phrase) for phrase in phrases.split(", "))


@pytest.mark.parametrize(("language", "look", "phrase"), list(rows()))
def test_words_mean_what_anybody_would_show(language: str, look: str, phrase: str) -> None:
    reading = read_colour_words(phrase)

    assert reading.colours, f"{language}: {reading}"
    assert looks_like(reading.colours[0].lab, look), f"{language}: {reading}"


def test_the_nearest_materials_are_of_the_colour() -> None:
    with (ROOT / "data" / "materials.csv").open(encoding="utf-8", newline="") as file:
        shelf = np.array([[float(row[axis]) for axis in "Lab"] for row in csv.DictReader(file) if row["resin"] == "PP"])
    alike: list[bool] = []
    for _, look, phrase in rows():
        wanted = read_colour_words(phrase).colours[0].lab
        nearest = shelf[np.argsort(delta_e_cmc(wanted, shelf), kind="stable")[:3]]
        # The shelf's steps of L* are 10, so a material may be half a step lighter or darker than the look.
        alike.extend(looks_like(Lab(*lab), look.rpartition(" ")[2]) for lab in nearest.tolist())

    assert np.mean(alike) >= MOSTLY
